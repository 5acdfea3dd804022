/** Which file system lies somewhere, by its content and never by a type byte. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import { parseSuperblock } from './ext-superblock.ts';

export type FileSystemName =
  | 'fat'
  | 'ext'
  | 'exfat'
  | 'ntfs'
  | 'btrfs'
  | 'xfs'
  | 'f2fs'
  | 'squashfs'
  | 'swap'
  | 'luks'
  | 'lvm'
  | 'md';

/** Enough for every signature below; btrfs keeps its own at 64 KiB. */
export const PROBE_BYTES = 0x10000 + 0x100;

/** Every signature found at the start of the window, usually one or none. */
export async function probeFileSystems(device: BlockDevice): Promise<FileSystemName[]> {
  return signaturesIn(new ByteReader(await readUpTo(device, 0, PROBE_BYTES)));
}

/** Every signature in the first bytes of something. Sources: magic(5) and the offsets that libblkid probes. */
export function signaturesIn(head: ByteReader): FileSystemName[] {
  const { bytes } = head;
  const found: FileSystemName[] = [];
  const has = (at: number, text: string): boolean => {
    if (at + text.length > bytes.length) return false;
    for (let index = 0; index < text.length; index++) {
      if (bytes[at + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  };
  if (looksLikeFat(head)) found.push('fat');
  // Its two magic bytes alone would be found in any data soon enough.
  if (parseSuperblock(bytes.subarray(1024, 2048))) found.push('ext');
  if (has(3, 'EXFAT   ')) found.push('exfat');
  if (has(3, 'NTFS    ')) found.push('ntfs');
  if (has(0x10040, '_BHRfS_M')) found.push('btrfs');
  if (has(0, 'XFSB')) found.push('xfs');
  if (has(0x400, '\x10\x20\xf5\xf2')) found.push('f2fs');
  if (has(0, 'hsqs')) found.push('squashfs');
  if ([4096, 8192, 16384, 65536].some((page) => has(page - 10, 'SWAPSPACE2'))) found.push('swap');
  if (has(0, 'LUKS\xba\xbe')) found.push('luks');
  if ([0, 512, 1024, 1536].some((sector) => has(sector, 'LABELONE'))) found.push('lvm');
  if (has(0, MD_MAGIC) || has(4096, MD_MAGIC)) found.push('md');
  return found;
}

/** The first bytes of a Linux RAID superblock (linux/raid/md_p.h: MD_SB_MAGIC, little-endian). */
const MD_MAGIC = '\xfc\x4e\x2b\xa9';

/** A FAT BIOS parameter block whose fields make sense together (Microsoft FAT specification 1.03, section 3). */
export function looksLikeFat(head: ByteReader): boolean {
  if (head.bytes.length < 512 || head.u16(510) !== 0xaa55) return false;
  const sectorBytes = head.u16(11);
  const clusterSectors = head.u8(13);
  return (
    [512, 1024, 2048, 4096].includes(sectorBytes) &&
    clusterSectors > 0 &&
    (clusterSectors & (clusterSectors - 1)) === 0 &&
    head.u16(14) > 0 &&
    (head.u8(16) === 1 || head.u8(16) === 2) &&
    (head.u16(19) !== 0 || head.u32(32) !== 0) &&
    (head.u8(21) === 0xf0 || head.u8(21) >= 0xf8)
  );
}
