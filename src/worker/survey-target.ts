/** Looks at the card a restore may go to, without a dialog: what needs rights that nobody has given stays unknown. */

import { type Card, readCard } from '../engine/card.ts';
import { type Disk, weakIdentity } from '../engine/disk.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { glance } from '../engine/pi-card.ts';
import { judge } from '../engine/selection.ts';
import { structureView } from '../engine/structure-view.ts';
import { type CardIdentity, likenessOf } from '../library/backups.ts';
import { findRecord } from '../library/restore-records.ts';
import { openFileDevice } from '../platform/file-device.ts';
import type { Platform } from '../platform/ports.ts';
import { contentAtAGlance, contentOf } from './content-words.ts';
import { findDisk } from './find-disk.ts';
import { guardDisks } from './guarded-disks.ts';
import type { KnownBackup, SurveyResult } from './restore-results.ts';
import { type SinceOptions, sinceBackup } from './since-backup.ts';
import { requireCard } from './take-disk.ts';
import type { TaskContext } from './task-context.ts';
import type { SurveyTask } from './tasks.ts';

export type SurveyedTarget = SurveyResult['target'];

/** As many as a question shows. */
const MAX_PARTITIONS = 32;

export interface TargetSurvey {
  readonly disk: Disk;
  readonly target: SurveyedTarget;
}

/** Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, what listing throws, and INTERRUPTED. */
export async function surveyTarget(
  task: SurveyTask,
  manifest: Manifest | null,
  platform: Platform,
  context: Pick<TaskContext, 'now' | 'signal'>,
): Promise<TargetSurvey> {
  const { signal } = context;
  const { library, recordsFolder, source } = task;
  const paths = { image: task.image, library, recordsFolder };
  const guard = await guardDisks(paths, platform.volumes);
  const selection = { ...source, destinationDisks: guard.destinationDisks };
  const disk = await findDisk(await platform.disks.list(signal), task.disk);
  requireCard(disk, selection);
  await guard.require(disk);

  const identityOf = (card: Card | null): CardIdentity => ({
    bytes: disk.bytes,
    weak: weakIdentity(disk),
    strong: card?.unfinished ? null : (card?.identity ?? null),
  });
  const since = (opened: SinceOptions['opened']) => {
    const identity = identityOf(opened?.card ?? null);
    return sinceBackup({ library, identity, opened, platform, context });
  };
  const read = await readIfAllowed(disk, since);
  const unfinished = read?.card.unfinished ?? null;
  const identity = identityOf(read?.card ?? null);
  const record = unfinished && (await findRecord(recordsFolder, unfinished.id));
  return {
    disk,
    target: {
      disk: disk.id,
      title: titleOf(disk, read?.card ?? null),
      content: read?.content ?? contentAtAGlance(disk),
      bytes: disk.bytes,
      mediaName: disk.mediaName,
      partitions: partitionsOf(disk, read?.card ?? null),
      lastBackup: read ? read.lastBackup : await since(null),
      isOrigin: manifest !== null && isOrigin(manifest, identity),
      unfinished: unfinished?.image ?? disk.unfinished ?? null,
      canUndo: record?.record.state === 'marked' && record.record.disk.bytes === disk.bytes,
      mustTypeName: !judge(disk, { ...selection, allowOtherExternal: false }).offer,
    },
  };
}

function isOrigin({ card, source }: Manifest, identity: CardIdentity): boolean {
  const { weak, strong } = card;
  return likenessOf({ bytes: source.bytes, weak, strong }, identity) !== null;
}

/** Null where this user may not simply read the card, or it cannot be read: the question is asked all the same. */
async function readIfAllowed(
  disk: Disk,
  since: (opened: SinceOptions['opened']) => Promise<KnownBackup | null>,
): Promise<{ card: Card; content: string; lastBackup: KnownBackup | null } | null> {
  try {
    // Not exclusively: looking does no harm while the card is mounted.
    const device = await openFileDevice(disk.rawPath, {
      expectedBytes: disk.bytes,
      sectorSize: disk.sectorBytes,
      noFollow: true,
    });
    try {
      const { device: view } = structureView(device);
      const card = await readCard(view);
      const content = (await contentOf(view, card))();
      return { card, content, lastBackup: await since({ device: view, card }) };
    } finally {
      await device.close();
    }
  } catch (error) {
    if (error instanceof PiKeepError) return null;
    throw asPiKeepError(error);
  }
}

/** A disk that says nothing about itself is called as the system shows it. */
function titleOf(disk: Disk, card: Card | null): string {
  const saysNothing =
    card === null || (card.pi === 'no' && card.hostname === null && card.label === null);
  return saysNothing && !card?.unfinished ? glance(disk).title : (card?.title ?? disk.id);
}

function partitionsOf(disk: Disk, card: Card | null): SurveyedTarget['partitions'] {
  const parts = card
    ? card.partitions
        .filter(({ index }) => index > 0)
        .map(({ fileSystem, kind, label, bytes }) => ({ kind: fileSystem ?? kind, label, bytes }))
    : disk.partitions.map(({ kind, label, bytes }) => ({ kind, label, bytes }));
  return parts.slice(0, MAX_PARTITIONS);
}
