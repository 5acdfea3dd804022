/** What became of a card since its last backup, for whoever has it open anyway. */

import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { type ChangedSince, changedSince, changedWords } from '../engine/changed-since.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { openImage } from '../engine/image/open-image.ts';
import type { Portrait } from '../engine/portrait-schema.ts';
import { readVolumes } from '../engine/portrait-volumes.ts';
import { type CardIdentity, matchBackups } from '../library/backups.ts';
import { type LibraryBackup, readLibrary } from '../library/library.ts';
import { type ManifestHead, readManifestHead } from '../library/manifest-head.ts';
import type { Platform } from '../platform/ports.ts';
import type { KnownBackup } from './restore-results.ts';
import type { TaskContext } from './task-context.ts';

export interface SinceOptions {
  readonly library: string;
  readonly identity: CardIdentity;
  /** Null: the card cannot be read, so that nothing is known of it. */
  readonly opened: { readonly device: BlockDevice; readonly card: Card } | null;
  readonly platform: Pick<Platform, 'imageFiles' | 'compressor'>;
  readonly context: Pick<TaskContext, 'now' | 'signal'>;
}

/**
 * The newest backup of the card in the library that is what it was made as, and how much changed since; null where none is known,
 * or the library cannot be read. Throws DEVICE_GONE, INTERRUPTED.
 */
export async function sinceBackup(options: SinceOptions): Promise<KnownBackup | null> {
  const { library, identity, opened, context } = options;
  const { backups } = await readLibrary(library, { signal: context.signal });
  const usable = backups.filter(({ state, copyOf }) => state !== 'damaged' && copyOf === null);
  const [last] = matchBackups(usable, identity);
  if (!last) return null;
  const { path: image, at } = last.backup;
  // What only seems to be the same card is not compared: "same" would be a guess.
  const isSure = opened !== null && opened.card.unfinished === null && last.likeness === 'same';
  const before = isSure ? await stateOf(last.backup, options) : null;
  if (!isSure || !before) return { image, at, changed: null };
  const changed = await changedSince(opened.device, opened.card, before);
  const words = changedWords(changed, new Date(at), new Date(context.now()));
  return { image, at, changed: words === null ? null : { ...asResult(changed), words } };
}

function asResult({ verdict, bytes, isAtLeast }: ChangedSince) {
  return { verdict: verdict === 'same' ? verdict : ('changed' as const), bytes, isAtLeast };
}

type State = Pick<Portrait, 'tableId' | 'volumes'>;

/** By the manifest; of a backup from before manifests had portraits by its image, where that is quickly opened. */
async function stateOf(backup: LibraryBackup, options: SinceOptions): Promise<State | null> {
  const head = await readManifestHead(backup.manifest);
  if (!head) return null;
  return head.portrait ?? (await stateOfImage(backup.path, head, options));
}

async function stateOfImage(
  path: string,
  manifest: ManifestHead,
  { platform, context }: SinceOptions,
): Promise<State | null> {
  // The list of its blocks is not part of a manifest's head; without it all of it would have to be read.
  if (manifest.image.format === 'img.gz') return null;
  const { imageFiles: files, compressor } = platform;
  try {
    const { device } = await openImage({
      files,
      compressor,
      path,
      manifest,
      signal: context.signal,
    });
    try {
      const card = await readCard(device);
      return { tableId: card.table.tableId, volumes: await readVolumes(device, card) };
    } finally {
      await device.close();
    }
  } catch (error) {
    // An image that cannot be read tells nothing; `verify` and `check` say what is wrong with it.
    if (error instanceof PiKeepError && !isPiKeepError(error, 'INTERRUPTED', 'INTERNAL'))
      return null;
    throw error;
  }
}
