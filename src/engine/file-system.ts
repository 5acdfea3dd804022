/** Which file system lies somewhere, by its content and never by a type byte. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';

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
const PROBE_BYTES = 0x10000 + 0x100;

/** Every signature found in the window, usually one or none. Sources: magic(5) and the libblkid probes' offsets. */
export async function probeFileSystems(device: BlockDevice): Promise<FileSystemName[]> {
  const head = new ByteReader(await readUpTo(device, 0, PROBE_BYTES));
  const found: FileSystemName[] = [];
  const has = (at: number, text: string): boolean =>
    at + text.length <= head.bytes.length &&
    Array.from(text).every((letter, index) => head.bytes[at + index] === letter.charCodeAt(0));

  if (looksLikeFat(head)) found.push('fat');
  if (head.bytes.length >= 1082 && head.u16(1080) === 0xef53) found.push('ext');
  if (has(3, 'EXFAT   ')) found.push('exfat');
  if (has(3, 'NTFS    ')) found.push('ntfs');
  if (has(0x10040, '_BHRfS_M')) found.push('btrfs');
  if (has(0, 'XFSB')) found.push('xfs');
  if (has(0x400, '\x10\x20\xf5\xf2')) found.push('f2fs');
  if (has(0, 'hsqs')) found.push('squashfs');
  if (has(4086, 'SWAPSPACE2') || has(16374, 'SWAPSPACE2') || has(65526, 'SWAPSPACE2'))
    found.push('swap');
  if (has(0, 'LUKS\xba\xbe')) found.push('luks');
  if (has(512, 'LABELONE')) found.push('lvm');
  if (has(4096, '\xfc\x4e\x2b\xa9')) found.push('md');
  return found;
}

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
