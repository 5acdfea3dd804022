/** One image being made: aligned blocks go straight to the disk, the rest through the cache, and all is read back. */

import type { FileHandle } from 'node:fs/promises';
import { isAligned } from '../engine/aligned-memory.ts';
import type { BlockDevice } from '../engine/block-device.ts';
import { asPiKeepError, errnoOf, PiKeepError } from '../engine/errors.ts';
import type { NewImageFile, ReadBackMethod } from '../engine/image/image-file.ts';
import { InFlight } from '../engine/in-flight.ts';
import { openFileDevice } from './file-device.ts';

const ALIGNMENT = 4096;
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** `st_blocks` counts these (POSIX leaves it open; Linux and macOS: 512). */
const STAT_BLOCK_BYTES = 512;

/** DESTINATION_FULL for ENOSPC, EDQUOT and EFBIG; DESTINATION_FAILED for every other errno. */
export function destinationError(error: unknown, path: string): PiKeepError {
  if (error instanceof PiKeepError) return error;
  const errno = errnoOf(error);
  if (errno === null) return asPiKeepError(error);
  if (FULL.has(errno)) return new PiKeepError('DESTINATION_FULL', { path }, { cause: error });
  return new PiKeepError('DESTINATION_FAILED', { path, errno }, { cause: error });
}

export interface ImageParts {
  readonly path: string;
  /** Null: it grows. */
  readonly size: number | null;
  /** Of the final size, or empty; open for reading and writing. */
  readonly file: FileHandle;
  /** The same file past the cache; null where that is impossible. */
  readonly direct: FileHandle | null;
  readonly readBackMethod: ReadBackMethod;
  /** Bytes that are in it already. */
  readonly end?: number;
}

export class DirectImageFile implements NewImageFile {
  readonly path: string;
  readonly readBackMethod: ReadBackMethod;
  readonly #parts: ImageParts;
  readonly #inFlight = new InFlight();
  #reader: Promise<BlockDevice> | null = null;
  #closed: Promise<void> | null = null;
  /** The end of what was written last in the file. */
  #end: number;

  constructor(parts: ImageParts) {
    this.#end = parts.end ?? 0;
    this.path = parts.path;
    this.readBackMethod = parts.readBackMethod;
    this.#parts = parts;
  }

  get size(): number {
    return this.#parts.size ?? this.#end;
  }

  write(data: Uint8Array, offset: number): Promise<void> {
    const length = data.byteLength;
    const end = offset + length;
    const limit = this.#parts.size ?? Number.POSITIVE_INFINITY;
    // Whether a growing file ends here only its writer knows.
    const atTheEnd = end === this.#parts.size || (this.#parts.size === null && end > this.#end);
    if (offset < 0 || offset % ALIGNMENT !== 0 || (length % ALIGNMENT !== 0 && !atTheEnd)) {
      return Promise.reject(new RangeError(`${this.path}: ${length} bytes at ${offset}`));
    }
    if (end > limit) {
      return Promise.reject(new RangeError(`${this.path}: ${end} is past ${limit}`));
    }
    return this.#track(async () => {
      await this.#write(data, offset);
      this.#end = Math.max(this.#end, end);
    });
  }

  settle(): Promise<void> {
    return this.#track(() => this.#settle());
  }

  readBack(into: Uint8Array, offset: number): Promise<void> {
    return this.#track(() => this.#readBack(into, offset));
  }

  cut(bytes: number): Promise<void> {
    return this.#track(async () => {
      const { file, size } = this.#parts;
      await file.truncate(bytes);
      if (size !== null) await file.truncate(size);
      this.#end = bytes;
      // It knows another size.
      await this.#closeReader();
    });
  }

  async storedBytes(): Promise<number> {
    return (await this.#parts.file.stat()).blocks * STAT_BLOCK_BYTES;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#inFlight.settle();
      await this.#closeReader();
      await this.#parts.direct?.close();
      await this.#parts.file.close();
    })();
    return this.#closed;
  }

  async #write(data: Uint8Array, offset: number): Promise<void> {
    const { file, direct } = this.#parts;
    let done = 0;
    if (direct && isAligned(data, ALIGNMENT)) {
      const whole = data.byteLength - (data.byteLength % ALIGNMENT);
      // A short write that ends within a block cannot go on past the cache; what is left goes through it.
      while (done < whole && done % ALIGNMENT === 0) {
        done += await writeSome(direct, data.subarray(done, whole), offset + done);
      }
    }
    while (done < data.byteLength) {
      done += await writeSome(file, data.subarray(done), offset + done);
    }
  }

  async #settle(): Promise<void> {
    await this.#parts.file.datasync();
    // Network file systems look again at the server when a file is opened, so what was read before must not answer; and a
    // reader knows the size that a growing file had when it was opened.
    const isCached = this.readBackMethod === 'read-back-cached';
    if (isCached || this.#parts.size === null) await this.#closeReader();
  }

  async #readBack(into: Uint8Array, offset: number): Promise<void> {
    this.#reader ??= openFileDevice(this.path, {
      noFollow: true,
      ...(this.#parts.size === null ? {} : { expectedBytes: this.#parts.size }),
      direct: this.readBackMethod === 'read-back',
    });
    const reader = await this.#reader;
    await reader.read(into, offset);
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    // One that never opened has told its readBack so, and has nothing to close.
    await (await reader?.catch(() => null))?.close();
  }

  async #track(start: () => Promise<void>): Promise<void> {
    if (this.#closed !== null) {
      throw new PiKeepError('INTERNAL', { detail: `use after close: ${this.path}` });
    }
    try {
      await this.#inFlight.track(start());
    } catch (error) {
      throw destinationFault(error, this.path);
    }
  }
}

async function writeSome(file: FileHandle, data: Uint8Array, position: number): Promise<number> {
  const { bytesWritten } = await file.write(data, 0, data.byteLength, position);
  if (bytesWritten > 0) return bytesWritten;
  throw Object.assign(new Error(`nothing written at ${position}`), { code: 'EIO' });
}

/** To the user a device error on the image is a failing destination, not a failing card. */
export function destinationFault(error: unknown, path: string): unknown {
  if (error instanceof RangeError) return error;
  if (!(error instanceof PiKeepError)) return destinationError(error, path);
  switch (error.code) {
    case 'READ_FAILED': {
      const errno = errnoOf(error.cause) ?? 'EIO';
      return new PiKeepError('DESTINATION_FAILED', { path, errno }, { cause: error });
    }
    case 'DEVICE_GONE':
    case 'NO_SUCH_DISK':
    case 'SIZE_CHANGED':
    case 'ACCESS_DENIED':
    case 'PRIVACY_REFUSED':
    case 'DEVICE_BUSY':
    case 'UNSUPPORTED':
      return new PiKeepError(
        'DESTINATION_FAILED',
        { path, errno: errnoOf(error.cause) ?? error.code },
        { cause: error },
      );
    default:
      return error;
  }
}
