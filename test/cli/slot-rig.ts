/** A slot, a library and a finished card in a folder of their own, for tests that run the real command line. */

import { chmodSync, copyFileSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './run-pikeep.ts';
import { makeSmallCard } from './small-card.ts';

export interface SlotRig {
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  /** A card that is not in the slot. */
  readonly card: string;
  /** `--slot` and `--library` for the command line. */
  readonly options: readonly string[];
  /** Copies the card into the slot; returns its path there. */
  insert(name?: string): string;
  /** Everything in the library, as paths below it, sorted. */
  files(): string[];
  remove(): void;
}

/** Readable for everybody, so that a test can be an ordinary user. `bytes`: size of the card. */
export async function slotRig({ bytes }: { bytes?: number } = {}): Promise<SlotRig> {
  const temporary = temporaryFolder();
  const folder = temporary.path;
  chmodSync(folder, 0o755);
  const slot = join(folder, 'slot');
  const library = join(folder, 'library');
  const card = join(folder, 'card');
  mkdirSync(slot);
  mkdirSync(library);
  await makeSmallCard(card, bytes === undefined ? {} : { bytes });
  return {
    folder,
    slot,
    library,
    card,
    options: ['--slot', slot, '--library', library],
    insert(name = 'octopi.img') {
      const path = join(slot, name);
      copyFileSync(card, path);
      return path;
    },
    files: () =>
      globSync('**/*', { cwd: library, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(library.length + 1))
        .sort(),
    remove: temporary.remove,
  };
}
