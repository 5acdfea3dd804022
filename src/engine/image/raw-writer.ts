/** Writes a plain image: every chunk to its own place, zeros as holes. */

import type { BlockDevice } from '../block-device.ts';
import type { Range } from '../chunks.ts';
import { dataRuns } from '../zeros.ts';
import type { NewImageFile, ReadBackMethod } from './image-file.ts';
import type { ImageFacts, ImageWriter, PlainChunk, Writing } from './image-writer.ts';

export class RawWriter implements ImageWriter {
  readonly path: string;
  readonly anyOrder = true;
  readonly #file: NewImageFile;
  readonly #writing = new Set<Promise<void>>();

  /** `file` has the size of the card, and zeros everywhere that a chunk is still to be written to. */
  constructor(file: NewImageFile) {
    this.path = file.path;
    this.#file = file;
  }

  get readBackMethod(): ReadBackMethod {
    return this.#file.readBackMethod;
  }

  write(chunk: PlainChunk): Writing {
    const writing = this.#write(chunk);
    this.#writing.add(writing);
    writing.finally(() => this.#writing.delete(writing)).catch(() => undefined);
    return { taken: writing, written: writing };
  }

  async finish(): Promise<ImageFacts> {
    await Promise.all(this.#writing);
    return { format: 'img', bytes: this.#file.size, blocks: null };
  }

  async breakOff(): Promise<void> {
    await Promise.all(this.#writing);
  }

  lengthsOf(): null {
    return null;
  }

  settle(): Promise<void> {
    return this.#file.settle();
  }

  async readBack<T>(range: Range, scratch: Uint8Array, use: (data: Uint8Array) => T): Promise<T> {
    const data = scratch.subarray(0, range.bytes);
    await this.#file.readBack(data, range.offset);
    return use(data);
  }

  /** There were zeros in the file, and nothing was written there. */
  readBackGap(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** A plain image has nothing but the bytes of the card. */
  readBackFrame(): Promise<boolean> {
    return Promise.resolve(true);
  }

  device(sectorSize: number): BlockDevice {
    const { path, size } = this.#file;
    return {
      path,
      size,
      sectorSize,
      read: (into, offset) => this.#file.readBack(into, offset),
      close: () => Promise.resolve(),
    };
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  async #write(chunk: PlainChunk): Promise<void> {
    if (chunk.isZero) return;
    for (const { start, end } of dataRuns(chunk.data)) {
      await this.#file.write(chunk.data.subarray(start, end), chunk.offset + start);
    }
  }
}
