/** Is what is open now the same medium as what was open before? Names and device numbers alone do not tell. */

import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import { sysfsFolder } from './block-facts.ts';

/**
 * A text that two opens of one medium share. On Linux a device number comes with the kernel's count of media (`diskseq`,
 * Documentation/ABI/testing/sysfs-block, since 5.15): the next card in a reader has the same number and another count.
 */
export async function mediumIdentity(stats: Stats): Promise<string> {
  if (stats.isFile()) return `file ${stats.dev}:${stats.ino}`;
  if (!stats.isBlockDevice()) return `character device ${stats.rdev}`;
  const folder = sysfsFolder(stats.rdev);
  // A partition has no count of its own.
  const count = (await readText(`${folder}/diskseq`)) ?? (await readText(`${folder}/../diskseq`));
  return `block device ${stats.rdev}, medium ${count ?? 'not counted'}`;
}

async function readText(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENODEV' || errno === 'ENXIO') return null;
    throw error;
  }
}
