/** Words about work that waits for room on a disk. */

import { say } from '../../language/say.ts';
import { formatBytes } from '../format.ts';

export function fullDiskWords(held: {
  readonly neededBytes: number;
  readonly freeBytes: number;
}): string {
  return say`The disk of your backups is full. Make room there: up to ${formatBytes(held.neededBytes)} are still to be written, and ${formatBytes(held.freeBytes)} are free. PiKeep goes on by itself.`;
}
