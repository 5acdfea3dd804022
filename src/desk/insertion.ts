/** Which disks of a new listing are new insertions, and which are the cards that were there before. */

import { createHash } from 'node:crypto';
import { type Disk, type WeakIdentity, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { glance } from '../engine/pi-card.ts';
import { judge, type SelectionContext } from '../engine/selection.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { type DeskState, isRewriting, type SeenDisk } from './state.ts';

const REMEMBERED = 32;

type Seen = Pick<DeskState, 'disks' | 'known' | 'insertions'>;

export function takeListing(
  before: Seen & Pick<DeskState, 'jobs' | 'looked' | 'now'>,
  disks: readonly Disk[],
  context: SelectionContext,
): Seen {
  let insertions = before.insertions;
  const rewritten = new Set(before.jobs.filter(isRewriting).map(({ card }) => card));
  const seen = disks.map((disk): SeenDisk => {
    const looked = glance(disk);
    const verdict = judge(disk, context);
    const strict = judge(disk, { ...context, allowOtherExternal: false });
    const facts = {
      disk,
      verdict,
      glance: { ...looked, title: diskTitle(looked.title) },
      isOtherExternal: verdict.offer && !strict.offer,
    };
    const same = before.disks.find(
      (one) =>
        one.disk.id === disk.id &&
        (isSameCard(one.disk, disk) || (rewritten.has(one.key) && isSameMedium(one.disk, disk))),
    );
    if (same) return { ...same, ...facts };
    insertions += 1;
    const undecidedSince = before.looked ? before.now : null;
    const key = `${insertions}-${digest(disk)}`;
    return { key, ...facts, announced: 'no', undecidedSince };
  });
  const fresh = seen.filter((one) => !before.known.some(({ key }) => key === one.key));
  const known = [...before.known, ...fresh.map(({ key, glance: { title } }) => ({ key, title }))];
  return { disks: seen, known: known.slice(-REMEMBERED), insertions };
}

/**
 * True when `after` can be the card `before` was. Right after an insertion the system may not have read everything yet,
 * so what was unknown may have become known; nothing that was known may be different.
 */
function isSameCard(before: Disk, after: Disk): boolean {
  const old = weakIdentity(before);
  const now = weakIdentity(after);
  if (old.bytes !== now.bytes) return false;
  if (!mayBecome(old.mediaName, now.mediaName)) return false;
  if (!mayBecome(old.diskUuid, now.diskUuid) || !mayBecome(old.tableId, now.tableId)) return false;
  return old.partitions.length === 0 || haveSamePartitions(old, now);
}

/** Of a card that is being written over, only what no restore changes; one that is pulled out ends its job in any case. */
function isSameMedium(before: Disk, after: Disk): boolean {
  return before.bytes === after.bytes && before.mediaName === after.mediaName;
}

function haveSamePartitions(old: WeakIdentity, now: WeakIdentity): boolean {
  if (old.partitions.length !== now.partitions.length) return false;
  return old.partitions.every((part, index) => {
    const other = now.partitions[index];
    return (
      other !== undefined &&
      part.bytes === other.bytes &&
      part.kind === other.kind &&
      mayBecome(part.uuid, other.uuid)
    );
  });
}

function mayBecome(before: string | null, after: string | null): boolean {
  return before === null || before === after;
}

/** With the count of insertions alone, a page left over from an earlier run could name a card of this one. */
function digest(disk: Disk): string {
  const text = `${disk.id} ${weakIdentityText(weakIdentity(disk))}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
