/**
 * The VolumeUUID that macOS shows of a FAT. It is on no card: macOS makes it of the serial number and the number of sectors, as a
 * UUID of version 3 (RFC 4122, 4.3) in a name space of its own. Source: Apple's msdosfs, `msdosfs_vfsops.c`.
 */

import { createHash } from 'node:crypto';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { readGeometry } from './fat-geometry.ts';
import { looksLikeFat } from './file-system.ts';

const NAME_SPACE = Buffer.from('b3e20f39f29211d697a400306543ecac', 'hex');

/** Of the first 512 bytes of a volume; null where they are not those of a FAT. */
export function macVolumeUuid(sector: Uint8Array): string | null {
  const boot = new ByteReader(sector);
  if (!looksLikeFat(boot)) return null;
  try {
    const geometry = readGeometry(boot);
    if (!geometry) return null;
    const name = Buffer.alloc(8);
    name.writeUInt32LE(boot.u32(geometry.bits === 32 ? 67 : 39));
    name.writeUInt32LE(boot.u16(19) || boot.u32(32), 4);
    return uuidOf(createHash('md5').update(NAME_SPACE).update(name).digest());
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function uuidOf(hash: Buffer): string {
  const bytes = Buffer.from(hash);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x30, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex').toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
