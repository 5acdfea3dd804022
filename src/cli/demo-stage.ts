/** Where the demo plays: a folder that stands in for a card reader, with sample cards, a library and settings of its own. */

import { mkdir, mkdtemp, open, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PiKeepError } from '../engine/errors.ts';
import { createPlatform } from '../platform/index.ts';
import { openProgramLog } from '../platform/program-log.ts';
import { insertSampleCard, platformWithin } from '../platform/sample-world.ts';
import { openSettings } from '../platform/settings.ts';
import { sampleCard, VERSION } from './place.ts';
import type { Session } from './session.ts';

/** What the old card is called, here and by the commands that take a disk. */
export const OLD_CARD = 'old card.img';

const PIECE_BYTES = 1024 * 1024;

export interface DemoStage {
  /** Holds everything else. */
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  readonly log: string;
  /** The session in which that slot is the reader. */
  readonly inside: Session;
}

/** Makes the folder; whoever calls it removes what is not to be kept. The library is that of `--library`, if it was given. */
export async function setDemoStage(session: Session): Promise<DemoStage> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-demo-'));
  const [slot, log] = [join(folder, 'slot'), join(folder, 'log')];
  const isOwn = session.options.library === null;
  const library = isOwn ? join(folder, 'library') : session.library;
  await mkdir(slot);
  const inside: Session = {
    ...session,
    options: { ...session.options, slot, library, door: null },
    // What is thrown away out of a library of the user's is for the user's own trash: this folder is going to be removed.
    platform: isOwn ? await platformWithin(folder, slot) : await createPlatform({ slot }),
    // The user's own settings could eject the card, which would be gone before it was looked at.
    settings: await openSettings({ file: join(folder, 'settings.json') }),
    library,
    recordsFolder: library,
    // What is only played leaves nothing among the user's own records.
    log: openProgramLog({ program: 'cli', version: VERSION, command: 'demo' }, { folder: log }),
  };
  return { folder, slot, library, log, inside };
}

/** A Pi's card. Resolves with its size in bytes. Throws UNSUPPORTED outside of a checkout. */
export async function insertPiCard(stage: DemoStage): Promise<number> {
  const packed = sampleCard();
  if (packed !== null) return insertSampleCard(packed, stage);
  throw new PiKeepError('UNSUPPORTED', { what: 'the demo needs the sample card of a checkout' });
}

/** A card of `bytes` full of old data, which is nothing that PiKeep knows. */
export async function insertOldCard({ folder, slot }: DemoStage, bytes: number): Promise<void> {
  const made = join(folder, 'old.img');
  const handle = await open(made, 'wx');
  try {
    const piece = Buffer.alloc(PIECE_BYTES, 0xa5);
    for (let offset = 0; offset < bytes; offset += PIECE_BYTES) {
      await handle.write(piece, 0, Math.min(PIECE_BYTES, bytes - offset), offset);
    }
  } finally {
    await handle.close();
  }
  await rename(made, join(slot, OLD_CARD));
}
