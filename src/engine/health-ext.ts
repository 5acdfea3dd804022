/**
 * An ext2, ext3 or ext4 file system: state, journal, descriptors, spare superblocks, bitmaps. Counts of what is free are not
 * judged: Linux keeps them in memory and writes them late.
 */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import { COMPAT, featureTrouble } from './ext-features.ts';
import { firstBlockOf, geometryTrouble, groupCount, hasSuperblock } from './ext-geometry.ts';
import { readGroups } from './ext-groups.ts';
import { mapExt, tryReplay } from './ext-map.ts';
import { type ExtSuperblock, parseSuperblock } from './ext-superblock.ts';
import type { Finding } from './health.ts';

const CHECK_IT = english`Before using it, have it checked: on a Linux computer “e2fsck -f” on the card’s partition, or on the Pi a start with fsck.mode=force in cmdline.txt.`;
const NOTHING_TO_DO = english`Nothing has to be done: the Pi puts that right when it starts.`;
/** Spare superblocks that are looked at: without sparse_super every group has one. */
const MAX_SPARES = 64;

/** `window` is the partition. Device errors pass through. */
export async function findExtFaults(window: BlockDevice): Promise<Finding[]> {
  const superblock = parseSuperblock(await readUpTo(window, 1024, 1024));
  if (!superblock) return [fail(english`Its superblock makes no sense.`)];
  const shape = geometryTrouble(superblock, window.size);
  if (shape !== null) return [fail(english`It is damaged: ${shape}.`)];
  const features = featureTrouble(superblock.features);
  if (features !== null) {
    const next = english`Nothing has to be done; it was copied whole.`;
    return [
      { state: 'remark', detail: english`PiKeep cannot check it, because ${features}.`, next },
    ];
  }
  try {
    return await findFaults(window, superblock);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return [fail(english`It is damaged (${error.message}).`)];
  }
}

async function findFaults(window: BlockDevice, superblock: ExtSuperblock): Promise<Finding[]> {
  const findings = stateOf(superblock);
  const view = await tryReplay(window);
  if (typeof view === 'string') {
    const isNew = /^its journal holds fast commits/.test(view);
    const detail = english`PiKeep cannot replay its journal, because ${view}.`;
    return [...findings, { state: isNew ? 'remark' : 'fail', detail, next: CHECK_IT }];
  }
  const after = parseSuperblock(await readUpTo(view, 1024, 1024)) ?? superblock;
  const shape = geometryTrouble(after, view.size);
  if (shape !== null) return [...findings, fail(english`Its journal damages it: ${shape}.`)];
  const groups = await readGroups(view, after);
  let bad = 0;
  for (let index = 0; index < groups.count; index++) if (!groups.group(index).ok) bad++;
  if (bad > 0) {
    findings.push(
      fail(english`The descriptors of ${bad} of its ${groups.count} groups are damaged.`),
    );
  }
  findings.push(...(await badSpares(view, after)));
  if (findings.some(({ state }) => state === 'fail') || !superblock.clean) return findings;
  const map = await mapExt(window);
  if (map.strategy === 'whole') {
    findings.push({
      state: 'fail',
      detail: english`It is damaged: ${map.reason}.`,
      next: CHECK_IT,
    });
  }
  return findings;
}

function stateOf({ state, clean, needsRecovery, features }: ExtSuperblock): Finding[] {
  if (state & 2) return [fail(english`Linux noted errors in it.`)];
  if (needsRecovery) {
    const detail = english`It was in use when the card was taken out or lost its power; what was not written yet waits in its journal, which is sound.`;
    return [{ state: 'remark', detail, next: NOTHING_TO_DO }];
  }
  if (clean) return [];
  const detail = english`It was not unmounted properly.`;
  const next = features.compat & COMPAT.hasJournal ? NOTHING_TO_DO : CHECK_IT;
  return [{ state: 'remark', detail, next }];
}

/** Copies of the superblock that are damaged, or belong to another file system. They are not written at every use. */
async function badSpares(view: BlockDevice, own: ExtSuperblock): Promise<Finding[]> {
  let seen = 0;
  let bad = 0;
  for (let group = 1; group < groupCount(own) && seen < MAX_SPARES; group++) {
    if (!hasSuperblock(own, group)) continue;
    seen++;
    const at = firstBlockOf(own, group) * own.blockBytes;
    const spare = parseSuperblock(await readUpTo(view, at, 1024));
    if (!spare || !isSpareOf(spare, own)) bad++;
  }
  if (bad === 0) return [];
  const detail = english`${bad} of the ${seen} spare copies of its superblock are damaged; it works without them.`;
  return [{ state: 'remark', detail, next: CHECK_IT }];
}

/** What a change of size or identity writes to every copy. */
function isSpareOf(spare: ExtSuperblock, own: ExtSuperblock): boolean {
  return (
    spare.checksumOk &&
    spare.uuid === own.uuid &&
    spare.blocks === own.blocks &&
    spare.blockBytes === own.blockBytes &&
    spare.blocksPerGroup === own.blocksPerGroup &&
    spare.inodesPerGroup === own.inodesPerGroup
  );
}

function fail(detail: string): Finding {
  return { state: 'fail', detail, next: CHECK_IT };
}
