/** Makes what all cells share: two cards, a proven backup, old data, and the library that is loaded before others. */

import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pikeep } from '../../test/cli/run-pikeep.ts';
import { tool } from '../../test/support/file-systems.ts';
import { isSame } from '../../test/support/judged-library.ts';
import { attachLoop } from '../../test/support/loop.ts';
import { makeTarget } from '../../test/support/round-trip.ts';
import { CARD_BYTES, makeFaultCard } from './card.ts';
import type { Props } from './stage.ts';

export async function makeProps(folder: string): Promise<Props> {
  const card = await makeFaultCard(folder);
  const other = await makeFaultCard(folder, 'weather');
  const old = makeTarget(join(folder, 'old.img'), CARD_BYTES);
  const preload = join(folder, 'preload.so');
  const source = join(import.meta.dirname, 'preload.c');
  tool('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', preload, source, '-ldl']);
  return { card, other, old, preload, image: await backUp(card.path, join(folder, 'backup')) };
}

/** With all of the card in its map, so that a restored card is the same in every byte. */
async function backUp(card: string, library: string): Promise<string> {
  mkdirSync(library);
  const loop = await attachLoop(card, { readOnly: true });
  try {
    const command = ['backup', loop.path, '--allow-disk-image', '--whole-card', '--json'];
    const { code, last, stderr } = await pikeep([...command, '--library', library]);
    if (code !== 0) throw new Error(`no backup: ${JSON.stringify(last)} ${stderr}`);
    const made = String(last['image']);
    if (!isSame(made, card, library)) throw new Error('the backup is not the card');
    // A library folder is its owner's alone; one cell is somebody else's.
    const image = join(dirname(library), 'backup.img');
    for (const end of ['', '.pikeep.json']) copyFileSync(made + end, image + end);
    return image;
  } finally {
    await loop.detach();
  }
}
