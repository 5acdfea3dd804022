/**
 * The journal of ext3 and ext4 (jbd2): where it lies, and what a card pulled from a running Pi has in it that is not in its
 * place yet. It is never replayed on the card; readers look through `overlayDevice` instead.
 */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import { isZero, MalformedBytes } from './bytes.ts';
import { COMPAT } from './ext-features.ts';
import type { ExtGroups } from './ext-groups.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import { JournalBlocks } from './journal-blocks.ts';
import type { JournalContents } from './journal-contents.ts';
import { type JournalLog, readLog } from './journal-log.ts';
import {
  type BlockRun,
  type JournalInode,
  placeJournal,
  readJournalInode,
} from './journal-place.ts';
import { type JournalSuperblock, parseJournalSuperblock } from './journal-superblock.ts';
import { NotUnderstood } from './not-understood.ts';
import type { Overlay } from './overlay.ts';

export interface Journal {
  readonly state: 'none' | 'clean' | 'replayed';
  /** The blocks of the device that it occupies. */
  readonly runs: readonly BlockRun[];
  /** Committed blocks; null when there is nothing to replay. */
  readonly overlay: Overlay | null;
  /** What the card may hold besides, when the log ends at a damaged commit; only to be counted as used. */
  readonly beyond: Overlay | null;
  readonly notes: readonly string[];
}

/**
 * Reads as much of the journal as has to be replayed. Throws NotUnderstood, with a reason for "copied whole", when the
 * journal is elsewhere, damaged, or of a kind that is not understood in full.
 */
export async function readJournal(
  window: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
): Promise<Journal> {
  const { journal: place, needsRecovery, features } = superblock;
  const nothing = { runs: [], overlay: null, beyond: null, notes: [] };
  if ((features.compat & COMPAT.hasJournal) === 0) {
    if (needsRecovery)
      throw new NotUnderstood(english`it asks for a journal that it does not have`);
    return { state: 'none', ...nothing };
  }
  if (place.device !== 0) throw new NotUnderstood(english`its journal lies on another device`);
  const { blocks, journal, notes } = await findJournal(window, superblock, groups);
  if (journal.error !== 0)
    throw new NotUnderstood(english`its journal was given up after an error`);
  if (!needsRecovery) {
    if (journal.start !== 0)
      throw new NotUnderstood(english`it says it is clean, but its journal is not`);
    return { ...nothing, state: 'clean', runs: blocks.runs, notes };
  }
  const log = journal.start === 0 ? null : await readLog(journal, blocks);
  await refuseFastCommits(journal, blocks);
  if (!log) return { ...nothing, state: 'clean', runs: blocks.runs, notes };
  return {
    state: 'replayed',
    runs: blocks.runs,
    overlay: checkTargets(window, blocks, overlayOf(log.committed, journal, true)),
    beyond: log.beyond && checkTargets(window, blocks, overlayOf(log.beyond, journal, false)),
    notes: [...notes, ...notesOf(log)],
  };
}

function overlayOf(contents: JournalContents, journal: JournalSuperblock, strict: boolean) {
  return contents.overlay(journal.blockBytes, strict);
}

function notesOf(log: JournalLog): string[] {
  if (!log.beyond) return [];
  return [
    english`The journal is damaged at transaction ${log.endSequence}; like Linux, PiKeep replays what comes before it.`,
  ];
}

interface FoundJournal {
  readonly blocks: JournalBlocks;
  readonly journal: JournalSuperblock;
  readonly notes: readonly string[];
}

/** By its inode, or by the copy of the inode's blocks in the superblock when the inode leads nowhere. */
async function findJournal(
  window: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
): Promise<FoundJournal> {
  try {
    const inode = await readJournalInode(window, superblock, groups);
    return { ...(await openJournal(window, superblock, inode)), notes: [] };
  } catch (error) {
    const { copy } = superblock.journal;
    if (!(error instanceof MalformedBytes) || !copy) throw error;
    const found = await openJournal(window, superblock, { ...copy, checksumSeed: null }).catch(
      (second: unknown) => {
        throw second instanceof MalformedBytes ? error : second;
      },
    );
    const note = english`The journal was found by the copy of its place in the superblock, because ${error.message}.`;
    return { ...found, notes: [note] };
  }
}

async function openJournal(window: BlockDevice, superblock: ExtSuperblock, inode: JournalInode) {
  const { blockBytes } = superblock;
  const runs = await placeJournal(window, superblock, inode);
  const blocks = new JournalBlocks(window, runs, blockBytes);
  const head = await blocks.read(0);
  return { blocks, journal: parseJournalSuperblock(head, blockBytes, blocks.count) };
}

/** Fast commits change bitmaps without containing them, so a journal that has held one is not understood. */
async function refuseFastCommits(journal: JournalSuperblock, blocks: JournalBlocks): Promise<void> {
  if (journal.fastCommits === null || isZero(await blocks.read(journal.fastCommits))) return;
  throw new NotUnderstood(english`its journal holds fast commits`);
}

function checkTargets(window: BlockDevice, journal: JournalBlocks, overlay: Overlay): Overlay {
  const blocks = Math.floor(window.size / overlay.blockBytes);
  for (const block of overlay.blocks.keys()) {
    if (block >= blocks)
      throw new NotUnderstood(english`its journal names blocks that do not exist`);
    if (journal.holds(block)) throw new NotUnderstood(english`its journal would overwrite itself`);
  }
  return overlay;
}
