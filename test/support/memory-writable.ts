/** A writable card in memory that keeps a log, can be pulled, and misbehaves the way cards do. */

import { PiKeepError } from '../../src/engine/errors.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';

export interface Range {
  readonly offset: number;
  readonly bytes: number;
}

export interface MemoryWritableOptions {
  readonly sectorSize?: number;
  /** Writes there fail. */
  readonly bad?: readonly Range[];
  /** The card is pulled while this write (counted from 1) is under way. */
  readonly dieAtWrite?: number;
  /** How many sectors of that write arrive; none unless told. */
  readonly tornSectors?: number;
  /**
   * Writes reach the medium only when they are flushed; of a pulled card each sector of them is kept if this says so. Without
   * it every write reaches the medium at once.
   */
  readonly keepUnflushed?: () => boolean;
  /** A counterfeit: where an address beyond its true size leads; null loses writes and reads `lostByte`. */
  readonly address?: (offset: number) => number | null;
  readonly lostByte?: number;
  /** Takes every write and forgets it, as a worn-out card may. */
  readonly keepsNothing?: boolean;
  readonly onRead?: (offset: number, bytes: number) => void;
  readonly onWrite?: (offset: number, bytes: number) => void;
}

export type Operation =
  | ({ readonly is: 'read' | 'write' } & Range)
  | { readonly is: 'flush' | 'finish' };

const PATH = 'card';

/** Works on `medium`, which a test may look at and go on using after the card was pulled. */
export class MemoryWritable implements WritableDevice {
  readonly path = PATH;
  readonly size: number;
  readonly sectorSize: number;
  /** In the order in which they were asked for. */
  readonly log: Operation[] = [];
  readonly medium: Uint8Array;
  readonly #options: MemoryWritableOptions;
  /** Sectors that were written and not flushed, by their true address. */
  readonly #cache = new Map<number, Uint8Array>();
  #writes = 0;
  #gone = false;
  #finished = false;
  #closed = false;
  #inFlight = 0;

  constructor(medium: Uint8Array, options: MemoryWritableOptions = {}) {
    this.medium = medium;
    this.size = medium.length;
    this.sectorSize = options.sectorSize ?? 512;
    this.#options = options;
  }

  get writes(): Range[] {
    return this.log.flatMap((one) => (one.is === 'write' ? [one] : []));
  }

  get reads(): Range[] {
    return this.log.flatMap((one) => (one.is === 'read' ? [one] : []));
  }

  read(into: Uint8Array, offset: number): Promise<void> {
    return this.#tracked(() => this.#read(into, offset));
  }

  write(data: Uint8Array, offset: number): Promise<void> {
    return this.#tracked(() => this.#write(data, offset));
  }

  async #read(into: Uint8Array, offset: number): Promise<void> {
    this.#check(offset, into.length, 1);
    this.log.push({ is: 'read', offset, bytes: into.length });
    await nextTurn();
    this.#throwIfGone();
    this.#options.onRead?.(offset, into.length);
    if (!this.#options.address && this.#cache.size === 0) {
      into.set(this.medium.subarray(offset, offset + into.length));
      return;
    }
    for (let at = 0; at < into.length; ) {
      const sector = Math.floor((offset + at) / this.sectorSize) * this.sectorSize;
      const start = offset + at - sector;
      const bytes = Math.min(this.sectorSize - start, into.length - at);
      into.set(this.#sector(sector).subarray(start, start + bytes), at);
      at += bytes;
    }
  }

  async #write(data: Uint8Array, offset: number): Promise<void> {
    this.#check(offset, data.length, this.sectorSize);
    if (this.#finished) throw new PiKeepError('INTERNAL', { detail: 'write after finishWriting' });
    this.log.push({ is: 'write', offset, bytes: data.length });
    this.#throwIfGone();
    this.#writes++;
    const isLast = this.#writes === this.#options.dieAtWrite;
    const bad = this.#options.bad?.some(
      (range) => range.offset < offset + data.length && offset < range.offset + range.bytes,
    );
    if (!bad) this.#store(data, offset, isLast ? (this.#options.tornSectors ?? 0) : null);
    if (isLast) this.#pull();
    await nextTurn();
    this.#throwIfGone();
    this.#options.onWrite?.(offset, data.length);
    if (bad) {
      const facts = { path: PATH, offset, bytes: data.length, errno: 'EIO' };
      throw new PiKeepError('WRITE_FAILED', facts);
    }
  }

  async flush(): Promise<void> {
    this.#throwIfClosed();
    this.log.push({ is: 'flush' });
    await nextTurn();
    this.#throwIfGone();
    this.#settle(() => true);
  }

  async finishWriting(): Promise<void> {
    await this.#idle();
    await this.flush();
    this.log.push({ is: 'finish' });
    this.#finished = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#idle();
  }

  /** What another reader of the card finds. */
  again(options: MemoryWritableOptions = {}): MemoryWritable {
    return new MemoryWritable(this.medium, { sectorSize: this.sectorSize, ...options });
  }

  #store(data: Uint8Array, offset: number, sectors: number | null): void {
    if (this.#options.keepsNothing) return;
    const end = sectors === null ? data.length : Math.min(data.length, sectors * this.sectorSize);
    if (!this.#options.address && !this.#options.keepUnflushed) {
      this.medium.set(data.subarray(0, end), offset);
      return;
    }
    for (let at = 0; at < end; at += this.sectorSize) {
      const address = this.#address(offset + at);
      if (address === null) continue;
      const sector = data.slice(at, at + this.sectorSize);
      if (this.#options.keepUnflushed) this.#cache.set(address, sector);
      else this.medium.set(sector, address);
    }
  }

  #sector(offset: number): Uint8Array {
    const address = this.#address(offset);
    if (address === null) {
      return new Uint8Array(this.sectorSize).fill(this.#options.lostByte ?? 0);
    }
    return this.#cache.get(address) ?? this.medium.subarray(address, address + this.sectorSize);
  }

  #address(offset: number): number | null {
    return this.#options.address ? this.#options.address(offset) : offset;
  }

  #pull(): void {
    this.#gone = true;
    this.#settle(this.#options.keepUnflushed ?? (() => true));
  }

  #settle(isKept: () => boolean): void {
    for (const [address, sector] of this.#cache) if (isKept()) this.medium.set(sector, address);
    this.#cache.clear();
  }

  async #tracked(work: () => Promise<void>): Promise<void> {
    this.#throwIfClosed();
    this.#inFlight++;
    try {
      await work();
    } finally {
      this.#inFlight--;
    }
  }

  /** Every read and write that was begun has settled, and whoever waits for it knows. */
  async #idle(): Promise<void> {
    do await nextTurn();
    while (this.#inFlight > 0);
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new PiKeepError('INTERNAL', { detail: `${PATH} is closed` });
  }

  #throwIfGone(): void {
    if (this.#gone) throw new PiKeepError('DEVICE_GONE', { path: PATH });
  }

  #check(offset: number, bytes: number, unit: number): void {
    const isRight = Number.isSafeInteger(offset) && offset >= 0 && offset + bytes <= this.size;
    if (!isRight || offset % unit !== 0 || bytes % unit !== 0) {
      throw new RangeError(`${bytes} bytes at ${offset}`);
    }
  }
}

/** A real device never answers within the call; neither does this one. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
