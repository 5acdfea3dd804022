/** Reads a journal's blocks by their place in the journal, ahead, so that a slow reader is asked seldom. */

import type { BlockDevice } from './block-device.ts';
import type { BlockRun } from './journal-place.ts';
import { NotUnderstood } from './not-understood.ts';

const READ_AHEAD_BYTES = 256 * 1024;

export class JournalBlocks {
  readonly #device: BlockDevice;
  readonly runs: readonly BlockRun[];
  readonly #blockBytes: number;
  readonly #byBlock: readonly BlockRun[];
  /** The place in the journal at which each run begins. */
  readonly #starts: number[] = [];
  readonly count: number;
  #buffer = new Uint8Array(0);
  #bufferStart = 0;
  #bufferEnd = 0;

  constructor(device: BlockDevice, runs: readonly BlockRun[], blockBytes: number) {
    this.#device = device;
    this.runs = runs;
    this.#byBlock = runs.toSorted((left, right) => left.block - right.block);
    this.#blockBytes = blockBytes;
    let count = 0;
    for (const run of runs) {
      this.#starts.push(count);
      count += run.count;
    }
    this.count = count;
  }

  /** The device's block that holds block `place` of the journal. */
  blockAt(place: number): number {
    const { run, start } = this.#runOf(place);
    return run.block + place - start;
  }

  /** Whether this block of the device belongs to the journal. */
  holds(block: number): boolean {
    let low = 0;
    let high = this.#byBlock.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = this.#byBlock[middle];
      if (!run || block < run.block) high = middle;
      else if (block < run.block + run.count) return true;
      else low = middle + 1;
    }
    return false;
  }

  /** The content of block `place`; valid until the next call. */
  async read(place: number): Promise<Uint8Array> {
    if (place < this.#bufferStart || place >= this.#bufferEnd) {
      const { run, start } = this.#runOf(place);
      const ahead = Math.max(1, READ_AHEAD_BYTES / this.#blockBytes);
      const count = Math.min(ahead, start + run.count - place);
      if (this.#buffer.length < count * this.#blockBytes) {
        this.#buffer = new Uint8Array(count * this.#blockBytes);
      }
      this.#bufferEnd = 0;
      await this.#device.read(
        this.#buffer.subarray(0, count * this.#blockBytes),
        (run.block + place - start) * this.#blockBytes,
      );
      this.#bufferStart = place;
      this.#bufferEnd = place + count;
    }
    const at = (place - this.#bufferStart) * this.#blockBytes;
    return this.#buffer.subarray(at, at + this.#blockBytes);
  }

  #runOf(place: number): { run: BlockRun; start: number } {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    const run = this.runs[low];
    const start = this.#starts[low];
    if (!run || start === undefined || place < start || place >= start + run.count) {
      throw new NotUnderstood('the journal is shorter than it says');
    }
    return { run, start };
  }
}
