/**
 * Walks the log of a jbd2 journal as Linux does when it recovers (Linux Documentation/filesystems/ext4/journal.rst, and the
 * behaviour of the recovery in fs/jbd2): from the oldest transaction to the first block that is not the next one's.
 */

import type { JournalBlocks } from './journal-blocks.ts';
import {
  bigEndianCrc32,
  commitOk,
  contentOk,
  tailOk,
  transactionSumOk,
} from './journal-checksums.ts';
import { type Content, JournalContents } from './journal-contents.ts';
import type { JournalSuperblock } from './journal-superblock.ts';
import { parseRevocations, parseTags } from './journal-tags.ts';
import { NotUnderstood } from './not-understood.ts';
import { JOURNAL_MAGIC } from './overlay.ts';

export interface JournalLog {
  /** What has to be replayed. */
  readonly committed: JournalContents;
  /** How many transactions that are. */
  readonly transactions: number;
  /**
   * Set when the log ends at a commit block whose checksum is wrong: the same, and the transactions from there on. Linux
   * replays none of those, but a damaged card may have parts of them in their places already.
   */
  readonly beyond: JournalContents | null;
  /** The number of the first transaction that is not replayed. */
  readonly endSequence: number;
}

/**
 * Keeps memory bounded, whatever a journal claims. A full journal of the largest default size has 262 144 blocks; block
 * numbers that it voids come from deleted folders, some thousands at most.
 */
const MAX_CONTENTS = 2 ** 19;
const MAX_REVOKED = 2 ** 20;

const DESCRIPTOR = 1;
const COMMIT = 2;
const REVOCATION = 5;
const COMMIT_SECONDS_AT = 0x30;

/** Throws NotUnderstood where Linux would call the journal corrupt. */
export async function readLog(
  journal: JournalSuperblock,
  blocks: JournalBlocks,
): Promise<JournalLog> {
  const scan = new Scan(journal, blocks);
  while (await scan.step());
  return scan.result();
}

class Scan {
  readonly #journal: JournalSuperblock;
  readonly #blocks: JournalBlocks;
  #place: number;
  #sequence: number;
  #visited = 0;
  #seenContents = 0;
  #seenRevoked = 0;
  #contents = new JournalContents();
  #transactions = 0;
  /** What was committed before the commit block with a wrong checksum. */
  #trusted: { contents: JournalContents; sequence: number } | null = null;

  /** Of the transaction that is being read. */
  #pending: Content[] = [];
  #revoked: number[] = [];
  #sum = 0xffffffff;

  #lastCommitSeconds = 0;
  /** A descriptor or revocation block was not right: either damage, or the remains of an older journal. */
  #doubtful = false;

  constructor(journal: JournalSuperblock, blocks: JournalBlocks) {
    this.#journal = journal;
    this.#blocks = blocks;
    this.#place = journal.start;
    this.#sequence = journal.sequence;
  }

  result(): JournalLog {
    return {
      committed: this.#trusted?.contents ?? this.#contents,
      transactions: this.#transactions,
      beyond: this.#trusted && this.#contents,
      endSequence: this.#trusted?.sequence ?? this.#sequence,
    };
  }

  /** Handles the next block of the journal's own, with what belongs to it; false at the end of the log. */
  async step(): Promise<boolean> {
    const block = await this.#blocks.read(this.#advance());
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    if (view.getUint32(0) !== JOURNAL_MAGIC || view.getUint32(8) !== this.#sequence) return false;
    switch (view.getUint32(4)) {
      case DESCRIPTOR:
        await this.#describe(block);
        return true;
      case REVOCATION:
        this.#revoke(block);
        return true;
      case COMMIT:
        return this.#commit(block, view);
      default:
        return false;
    }
  }

  async #describe(block: Uint8Array): Promise<void> {
    const sound = tailOk(this.#journal, block);
    if (!sound) this.#doubtful = true;
    const tags = parseTags(this.#journal, block);
    this.#seenContents += tags.length;
    if (this.#seenContents > MAX_CONTENTS) throw new NotUnderstood('its journal is too large');
    const { checksums } = this.#journal;
    if (checksums === 1) this.#sum = bigEndianCrc32(block, this.#sum);
    for (const { block: target, escaped, checksum } of tags) {
      const place = this.#advance();
      let damaged = false;
      if (checksums === 1) {
        this.#sum = bigEndianCrc32(await this.#blocks.read(place), this.#sum);
      } else if (checksums >= 2 && sound) {
        const content = await this.#blocks.read(place);
        damaged = !contentOk(this.#journal, this.#sequence, content, checksum);
      }
      this.#pending.push({ block: target, source: this.#blocks.blockAt(place), escaped, damaged });
    }
  }

  #revoke(block: Uint8Array): void {
    if (!tailOk(this.#journal, block)) {
      this.#doubtful = true;
      return;
    }
    const revoked = parseRevocations(this.#journal, block);
    this.#seenRevoked += revoked.length;
    if (this.#seenRevoked > MAX_REVOKED) throw new NotUnderstood('its journal is too large');
    // One at a time: a block of 64 KiB holds more numbers than a call takes arguments.
    for (const number of revoked) this.#revoked.push(number);
  }

  #commit(block: Uint8Array, view: DataView): boolean {
    const seconds =
      view.getUint32(COMMIT_SECONDS_AT) * 2 ** 32 + view.getUint32(COMMIT_SECONDS_AT + 4);
    const isOlder = seconds < this.#lastCommitSeconds;
    if (this.#doubtful) {
      // A commit from before the last one is a remain of an earlier use of this part of the card.
      if (isOlder) return false;
      throw new NotUnderstood(`its journal is damaged in transaction ${this.#sequence}`);
    }
    const sound =
      this.#journal.checksums === 1
        ? this.#trusted !== null || transactionSumOk(block, this.#sum)
        : commitOk(this.#journal, block);
    if (!sound && isOlder) return false;
    if (this.#trusted && this.#journal.asyncCommit) {
      // Commits may overtake their contents then, but two of them in a row say that the first was damaged later.
      throw new NotUnderstood(`its journal is damaged in transaction ${this.#trusted.sequence}`);
    }
    if (!sound && !this.#trusted) {
      this.#trusted = { contents: new JournalContents(this.#contents), sequence: this.#sequence };
    }
    this.#contents.add({
      sequence: this.#sequence,
      contents: this.#pending,
      revoked: this.#revoked,
    });
    if (!this.#trusted) this.#transactions++;
    this.#pending = [];
    this.#revoked = [];
    this.#sum = 0xffffffff;
    this.#lastCommitSeconds = seconds;
    this.#sequence = (this.#sequence + 1) >>> 0;
    return true;
  }

  /** The place of the next block, in the ring. */
  #advance(): number {
    const { first, end } = this.#journal;
    if (this.#visited++ > end - first) throw new NotUnderstood('its journal bites its own tail');
    const place = this.#place;
    this.#place = place + 1 >= end ? first : place + 1;
    return place;
  }
}
