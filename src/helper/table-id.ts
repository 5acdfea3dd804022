/**
 * The id of a partition table, read from an open device: the MBR disk signature (offset 440) or the GPT disk GUID (UEFI
 * specification 2.10, 5.3.2). It looks at no more than these bytes; the engine's full parser stays out of a root process.
 */

import { type BlockDevice, readUpTo } from '../engine/block-device.ts';

const BOOT_MAGIC_AT = 510;
const SIGNATURE_AT = 440;
const GPT_MAGIC = 'EFI PART';
const GUID_AT = 56;

/** In lower case; null where there is no table or it has no id. Device errors pass through. */
export async function readTableId(device: BlockDevice): Promise<string | null> {
  const start = Buffer.from(await readUpTo(device, 0, 2 * device.sectorSize));
  if (start.byteLength < 2 * device.sectorSize) return null;
  const header = start.subarray(device.sectorSize);
  if (header.toString('latin1', 0, GPT_MAGIC.length) === GPT_MAGIC) return guid(header);
  if (start.readUInt16LE(BOOT_MAGIC_AT) !== 0xaa55) return null;
  const signature = start.readUInt32LE(SIGNATURE_AT);
  return signature === 0 ? null : signature.toString(16).padStart(8, '0');
}

/** The first three fields of a GUID are stored little-endian, the rest byte by byte. */
function guid(header: Buffer): string {
  const hex = (from: number, to: number) => header.toString('hex', GUID_AT + from, GUID_AT + to);
  const first = header.readUInt32LE(GUID_AT).toString(16).padStart(8, '0');
  const second = header
    .readUInt16LE(GUID_AT + 4)
    .toString(16)
    .padStart(4, '0');
  const third = header
    .readUInt16LE(GUID_AT + 6)
    .toString(16)
    .padStart(4, '0');
  return `${first}-${second}-${third}-${hex(8, 10)}-${hex(10, 16)}`;
}
