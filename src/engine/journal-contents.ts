/** What the transactions of a jbd2 log leave behind when all of them are replayed in order. */

import { NotUnderstood } from './not-understood.ts';
import type { Overlay } from './overlay.ts';

/** One content block of a transaction. */
export interface Content {
  /** The block of the file system it belongs to. */
  readonly block: number;
  /** The block of the device, inside the journal, that holds it. */
  readonly source: number;
  readonly escaped: boolean;
  /** Its checksum does not match. */
  readonly damaged: boolean;
}

export interface Transaction {
  readonly sequence: number;
  readonly contents: readonly Content[];
  readonly revoked: readonly number[];
}

/** Whether transaction `left` is `right` or younger. Numbers run over at 2^32. */
function isNotOlder(left: number, right: number): boolean {
  return ((left - right) | 0) >= 0;
}

export class JournalContents {
  readonly #newest: Map<number, { readonly sequence: number; readonly content: Content }>;
  readonly #revoked: Map<number, number>;
  readonly #damaged: { readonly block: number; readonly sequence: number }[];

  constructor(from?: JournalContents) {
    this.#newest = new Map(from?.newestEntries());
    this.#revoked = new Map(from?.revokedEntries());
    this.#damaged = [...(from?.damagedEntries() ?? [])];
  }

  add({ sequence, contents, revoked }: Transaction): void {
    for (const content of contents) {
      this.#newest.set(content.block, { sequence, content });
      if (content.damaged) this.#damaged.push({ block: content.block, sequence });
    }
    for (const block of revoked) this.#revoked.set(block, sequence);
  }

  /**
   * The newest content of each block that was not revoked in its own transaction or a later one. With `strict` it throws
   * NotUnderstood for a damaged block that would have been replayed.
   */
  overlay(blockBytes: number, strict: boolean): Overlay {
    const damaged = this.#damaged.find(({ block, sequence }) => !this.#isRevoked(block, sequence));
    if (strict && damaged) {
      throw new NotUnderstood(`its journal is damaged in transaction ${damaged.sequence}`);
    }
    const blocks = new Map<number, number>();
    const escaped = new Set<number>();
    for (const [block, { sequence, content }] of this.#newest) {
      if (this.#isRevoked(block, sequence)) continue;
      blocks.set(block, content.source);
      if (content.escaped) escaped.add(block);
    }
    return { blockBytes, blocks, escaped };
  }

  newestEntries() {
    return this.#newest.entries();
  }

  revokedEntries() {
    return this.#revoked.entries();
  }

  damagedEntries() {
    return this.#damaged.values();
  }

  #isRevoked(block: number, sequence: number): boolean {
    const by = this.#revoked.get(block);
    return by !== undefined && isNotOlder(by, sequence);
  }
}
