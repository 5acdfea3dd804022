/** Writes an image in packed blocks: several are compressed at the same time, and appended in their order. */

import type { BlockDevice } from '../block-device.ts';
import type { Range } from '../chunks.ts';
import { PiKeepError } from '../errors.ts';
import { isAllZero, zeroBytes } from '../zeros.ts';
import { Appender } from './appender.ts';
import { BlockIndex } from './block-index.ts';
import { combineCrc32 } from './crc32-combine.ts';
import { discard } from './discard.ts';
import type { NewImageFile, ReadBackMethod } from './image-file.ts';
import type { ImageFacts, ImageWriter, PlainChunk, Writing } from './image-writer.ts';
import { packedDevice } from './packed-device.ts';
import { PackedReader } from './packed-reader.ts';
import type { Packing } from './packing.ts';
import { Permits } from './permits.ts';

/** Packed blocks wait in memory for their turn; more threads than this do not make a card any faster. */
const MAX_BLOCKS_IN_FLIGHT = 9;

/** A block that more than one chunk, or a part of one, goes into. */
interface OpenBlock {
  readonly number: number;
  readonly data: Uint8Array;
  readonly written: PromiseWithResolvers<void>;
}

/** What is in the file of a packed image that is carried on. */
export interface PackedStart {
  /** Packed lengths of its blocks, from the start of the card on. */
  readonly lengths: readonly number[];
  /** Of all of them, unpacked. */
  readonly crc32: number;
  /** The bytes of the file behind the last multiple of 4096. */
  readonly tail: Uint8Array;
}

export class PackedWriter implements ImageWriter {
  readonly path: string;
  /** Its blocks are appended: what cannot be read has to be settled before what lies behind it is written. */
  readonly anyOrder = false;
  readonly #file: NewImageFile;
  readonly #packing: Packing;
  readonly #index: BlockIndex;
  readonly #appender: Appender;
  readonly #reader: PackedReader;
  readonly #permits: Permits;
  readonly #started = new Set<Promise<unknown>>();
  /** Chunks are looked at one after the other. */
  #intake: Promise<unknown> = Promise.resolve();
  /** Blocks are appended one after the other. */
  #tail: Promise<unknown>;
  #open: OpenBlock | null = null;
  /** The block after the last one that was handed to packing. */
  #next: number;
  #crc32: number;
  #trailer: Uint8Array = new Uint8Array(0);

  /**
   * `file` grows as it is written; `bytes` is the size of the card, `lanes` how many blocks can be packed at once. With
   * `start` the file holds exactly that.
   */
  constructor(
    file: NewImageFile,
    packing: Packing,
    { bytes, lanes, start }: { bytes: number; lanes: number; start?: PackedStart | undefined },
  ) {
    this.path = file.path;
    this.#file = file;
    this.#packing = packing;
    this.#index = new BlockIndex(packing.blockBytes, bytes, packing.header.length);
    for (const length of start?.lengths ?? []) this.#index.add(length);
    this.#next = this.#index.known;
    this.#crc32 = start?.crc32 ?? 0;
    this.#appender = new Appender(file, start?.tail);
    this.#permits = new Permits(Math.min(lanes + 1, MAX_BLOCKS_IN_FLIGHT));
    const packed = {
      path: file.path,
      get size() {
        return file.size;
      },
      read: (into: Uint8Array, offset: number) => file.readBack(into, offset),
    };
    this.#reader = new PackedReader(packed, this.#index, packing);
    this.#tail = start ? Promise.resolve() : this.#follow(this.#appender.append(packing.header));
  }

  get readBackMethod(): ReadBackMethod {
    return this.#file.readBackMethod;
  }

  write(chunk: PlainChunk): Writing {
    const blocks = this.#intake.then(() => this.#take(chunk));
    this.#intake = this.#follow(blocks);
    return {
      taken: this.#follow(blocks.then((each) => allDone(each.map(({ taken }) => taken)))),
      written: this.#follow(blocks.then((each) => allDone(each.map(({ written }) => written)))),
    };
  }

  async finish(): Promise<ImageFacts> {
    await this.#intake;
    await this.#closeBlock();
    this.#skipTo(this.#index.blocks);
    await this.#tail;
    this.#trailer = this.#packing.trailer(this.#index, this.#crc32);
    await this.#appender.append(this.#trailer);
    await this.#appender.finish();
    const { format, blockBytes } = this.#packing;
    const hasTable = format === 'img.zst';
    return {
      format,
      bytes: this.#index.end + this.#trailer.length,
      blocks: hasTable
        ? null
        : { bytes: blockBytes, lengths: this.#index.lengths(), crc32: this.#crc32 },
    };
  }

  async breakOff(): Promise<void> {
    await this.#intake;
    await this.#closeBlock();
    await this.#tail;
    await this.#appender.finish();
  }

  lengthsOf({ offset, bytes }: Range): readonly number[] {
    const { blockBytes } = this.#index;
    const first = offset / blockBytes;
    return Array.from(
      { length: bytes / blockBytes },
      (_, block) => this.#index.placeOf(first + block).bytes,
    );
  }

  settle(): Promise<void> {
    return this.#file.settle();
  }

  readBack<T>(range: Range, scratch: Uint8Array, use: (data: Uint8Array) => T): Promise<T> {
    return this.#reader.read(range, scratch, use);
  }

  readBackGap(range: Range): Promise<boolean> {
    return this.#reader.isZero(range);
  }

  async readBackFrame(): Promise<boolean> {
    const { header } = this.#packing;
    const start = new Uint8Array(header.length);
    const end = new Uint8Array(this.#trailer.length);
    await this.#file.readBack(start, 0);
    await this.#file.readBack(end, this.#index.end);
    return Buffer.compare(start, header) === 0 && Buffer.compare(end, this.#trailer) === 0;
  }

  device(sectorSize: number): BlockDevice {
    const size = this.#index.plainBytes;
    return packedDevice({ path: this.path, size, sectorSize, reader: this.#reader });
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#started);
    this.#open?.written.reject(new PiKeepError('INTERRUPTED', {}));
    await this.#appender.stop();
  }

  /** Every failure is reported through a promise that somebody holds; the others must not count as unhandled. */
  #follow<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined);
    return promise;
  }

  /** Cuts a chunk into blocks: whole ones are packed where they lie, parts are gathered first. */
  async #take(chunk: PlainChunk): Promise<Writing[]> {
    const { blockBytes } = this.#index;
    const end = chunk.offset + chunk.bytes;
    const writings: Writing[] = [];
    for (let at = chunk.offset; at < end; ) {
      const block = Math.floor(at / blockBytes);
      const start = block * blockBytes;
      const stop = Math.min(end, start + blockBytes);
      const data = chunk.data.subarray(at - chunk.offset, stop - chunk.offset);
      if (this.#open && this.#open.number !== block) await this.#closeBlock();
      if (!this.#open && data.length === this.#index.plainBytesOf(block)) {
        this.#skipTo(block);
        writings.push(await this.#pack(block, chunk.isZero ? zeroBytes(data.length) : data));
      } else {
        writings.push(this.#gather(block, data, at - start));
      }
      at = stop;
    }
    return writings;
  }

  #gather(block: number, data: Uint8Array, at: number): Writing {
    if (!this.#open) {
      this.#skipTo(block);
      const written = Promise.withResolvers<void>();
      void this.#follow(written.promise);
      const bytes = this.#index.plainBytesOf(block);
      this.#open = { number: block, data: new Uint8Array(bytes), written };
    }
    this.#open.data.set(data, at);
    return { taken: Promise.resolve(), written: this.#open.written.promise };
  }

  async #closeBlock(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const { taken, written } = await this.#pack(open.number, open.data);
    void this.#follow(taken.finally(() => discard(open.data)));
    written.then(open.written.resolve, open.written.reject);
  }

  /** Appends blocks of zeros up to, not including, `block`. */
  #skipTo(block: number): void {
    const from = this.#next;
    if (from >= block) return;
    this.#next = block;
    void this.#inTurn(async () => {
      let bytes = -1;
      let zeros: Uint8Array = new Uint8Array(0);
      let crc32 = 0;
      for (let number = from; number < block; number++) {
        const plainBytes = this.#index.plainBytesOf(number);
        if (plainBytes !== bytes) {
          bytes = plainBytes;
          zeros = await this.#packing.zeros(bytes);
          crc32 = this.#packing.checksum(zeroBytes(bytes));
        }
        await this.#append(number, zeros, crc32);
      }
    });
  }

  /** Starts packing a block as soon as one more may be under way. */
  async #pack(block: number, data: Uint8Array): Promise<Writing> {
    if (isAllZero(data)) return this.#zeroBlock(block);
    await this.#permits.acquire();
    this.#next = block + 1;
    const packing = this.#follow(this.#packing.pack(data));
    const appended = this.#inTurn(async () => {
      const packed = await packing;
      const appended = await this.#append(block, packed, this.#packing.checksum(data));
      discard(packed);
      return appended;
    });
    const done = this.#follow(this.#whenPacked(packing, appended));
    return {
      taken: this.#follow(done.then(() => undefined)),
      written: this.#follow(done.then(({ written }) => written)),
    };
  }

  /** Also when its turn never comes: until a block has been packed its data is in use. */
  async #whenPacked<T>(packing: Promise<unknown>, appended: Promise<T>): Promise<T> {
    try {
      return await appended;
    } finally {
      await packing.catch(() => undefined);
      this.#permits.release();
    }
  }

  #zeroBlock(block: number): Writing {
    this.#skipTo(block + 1);
    const written = this.#inTurn(() => this.#appender.append(new Uint8Array(0)));
    return {
      taken: Promise.resolve(),
      written: this.#follow(written.then((appended) => appended.written)),
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#follow(this.#tail.then(work));
    this.#tail = mine;
    this.#started.add(mine);
    void this.#follow(mine.finally(() => this.#started.delete(mine)));
    return mine;
  }

  #append(block: number, packed: Uint8Array, crc32: number): Promise<{ written: Promise<void> }> {
    this.#index.add(packed.length);
    this.#crc32 = combineCrc32(this.#crc32, crc32, this.#index.plainBytesOf(block));
    return this.#appender.append(packed);
  }
}

async function allDone(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
