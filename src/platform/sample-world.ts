/** A folder in which everything can be tried on the sample card: a slot that stands in for a reader, and a library. */

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { createPlatform } from './index.ts';
import type { Platform, SampleWorld } from './ports.ts';
import { writeSampleCard } from './sample-card.ts';

/** Makes it, with the sample card of the file `packed` in the slot. Throws UNSUPPORTED where there is no sample card. */
export async function openSampleWorld(packed: string): Promise<SampleWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-sample-'));
  const [slot, library] = [join(folder, 'slot'), join(folder, 'library')];
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(slot);
    await insertSampleCard(packed, { folder, slot });
    return { folder, slot, library, platform: await platformWithin(folder, slot), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Puts the sample card of the file `packed` into the slot; `folder` is on the same volume. Resolves with its size in bytes.
 * Throws UNSUPPORTED where there is no sample card.
 */
export async function insertSampleCard(
  packed: string,
  { folder, slot }: Pick<SampleWorld, 'folder' | 'slot'>,
): Promise<number> {
  // A card is there all at once, so it is made elsewhere and moved in.
  const made = join(folder, 'made.img');
  const bytes = await writeSampleCard(packed, made);
  await rename(made, join(slot, 'sample card.img'));
  return bytes;
}

/**
 * The slot as a reader that leaves nothing outside of `folder`: Time Machine's list, which is not ours, is not touched, and
 * what is thrown away is kept where everything else is. Only for a library that lies in `folder`, too.
 */
export async function platformWithin(folder: string, slot: string): Promise<Platform> {
  const { timeMachine: _, ...platform } = await createPlatform({ slot });
  const bin = join(folder, 'trash');
  return {
    ...platform,
    trash: {
      async move(file) {
        try {
          await mkdir(bin, { recursive: true, mode: 0o700 });
          await rename(file, join(bin, `${randomBytes(8).toString('hex')} ${basename(file)}`));
        } catch (cause) {
          const detail = errnoOf(cause) ?? String(cause);
          throw new PiKeepError('TRASH_UNAVAILABLE', { path: file, detail }, { cause });
        }
      },
    },
  };
}
