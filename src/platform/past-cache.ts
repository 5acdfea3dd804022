/** Does reading this file really reach the disk? Asked of the kernel's own accounts, because O_DIRECT is only a wish. */

import { readFileSync, readSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { allocateAligned } from '../engine/aligned-memory.ts';
import { errnoOf } from '../engine/errors.ts';

const BLOCK_BYTES = 4096;
/** proc(5): `read_bytes` is what this thread made the block layer fetch; the page cache does not count. */
const ACCOUNTS = '/proc/thread-self/io';

/**
 * File systems whose O_DIRECT reads come from the device as a rule (magic numbers: linux/magic.h), for kernels that keep
 * no accounts.
 */
const READS_FROM_DISK: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x4d44, // vfat, msdos
  0x2011bab0, // exfat
  0x7366746e, // ntfs3
]);

/**
 * True when reads through `fd`, open with O_DIRECT on the file `path`, fetch from the disk. ext4 with data=journal,
 * encrypted folders, compressed btrfs, tmpfs and many FUSE file systems take the flag and answer from memory all the same.
 * So the first block is read twice, and the second time it must still have cost a fetch. A hole at the start costs none
 * and counts as "no". Synchronous for a moment, since accounts are kept by thread.
 */
export async function readsPastCache(fd: number, path: string): Promise<boolean> {
  const memory = allocateAligned(BLOCK_BYTES);
  readSync(fd, memory, 0, BLOCK_BYTES, 0);
  const before = fetchedBytes();
  if (before === null) return READS_FROM_DISK.has((await statfs(path)).type);
  readSync(fd, memory, 0, BLOCK_BYTES, 0);
  return (fetchedBytes() ?? before) > before;
}

function fetchedBytes(): number | null {
  try {
    const match = /^read_bytes: (\d+)$/m.exec(readFileSync(ACCOUNTS, 'utf8'));
    return match ? Number(match[1]) : null;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'EACCES' || errno === 'EPERM') return null;
    throw error;
  }
}
