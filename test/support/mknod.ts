import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';

/** Makes a node at `path` that leads to the block device behind the node `like`. Needs root. */
export function mknodLike(path: string, like: string): void {
  const { rdev } = lstatSync(like);
  // The kernel's own packing: twelve bits of major number amid the bits of the minor (include/linux/kdev_t.h).
  const major = (rdev >> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
  execFileSync('mknod', ['-m', '600', path, 'b', String(major), String(minor)]);
}
