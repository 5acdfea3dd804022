/** Puts files on the first partition of a card in a slot, as a Mac would that has mounted it. Needs mtools and sfdisk. */

import { tool } from './file-systems.ts';

export function putOnBoot(card: string, file: string): void {
  const { partitiontable } = JSON.parse(`${tool('sfdisk', ['--json', card])}`);
  const at = partitiontable.partitions[0].start * 512;
  tool('mcopy', ['-o', '-i', `${card}@@${at}`, file, '::']);
}
