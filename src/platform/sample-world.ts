/** A folder in which everything can be tried on the sample card: a slot that stands in for a reader, and a library. */

import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlatform } from './index.ts';
import type { Platform } from './ports.ts';
import { writeSampleCard } from './sample-card.ts';

export interface SampleWorld {
  /** Holds everything else. */
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  readonly platform: Platform;
  /** Removes every trace of it. */
  remove(): Promise<void>;
}

/** Makes it, with the sample card of the file `packed` in the slot. Throws UNSUPPORTED where there is no sample card. */
export async function openSampleWorld(packed: string): Promise<SampleWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-sample-'));
  const [slot, library] = [join(folder, 'slot'), join(folder, 'library')];
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(slot);
    // A card is there all at once, so it is made elsewhere and moved in.
    const made = join(folder, 'made.img');
    await writeSampleCard(packed, made);
    await rename(made, join(slot, 'sample card.img'));
    return { folder, slot, library, platform: await createPlatform({ slot }), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
