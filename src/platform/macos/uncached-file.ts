/** An image file that is read from its disk, range by range, with the proof that memory had none of it. */

import { closeSync, constants, fstat as fstatCallback, open as openCallback } from 'node:fs';
import { promisify } from 'node:util';
import type { BlockDevice } from '../../engine/block-device.ts';
import type { ReadBackMethod } from '../../engine/image/image-file.ts';
import { DescriptorDevice } from '../descriptor-device.ts';
import { type PageCache, pageCache } from './page-cache.ts';

const openDescriptor = promisify(openCallback);
const statDescriptor = promisify(fstatCallback);

/** Offsets, lengths and memory have to be multiples of the largest page for a read to go past the cache. */
const ALIGNMENT = 16384;
const SECTOR_BYTES = 512;
const TRIAL_BYTES = 1024 * 1024;

/** A device whose `method` falls to 'read-back-cached' for good as soon as one range could not be kept out of memory. */
export class UncachedFile implements BlockDevice {
  readonly path: string;
  readonly size: number;
  readonly sectorSize = SECTOR_BYTES;
  readonly #device: DescriptorDevice;
  readonly #fd: number;
  readonly #cache: PageCache | null;
  #method: ReadBackMethod;

  private constructor(path: string, size: number, fd: number, cache: PageCache | null) {
    this.path = path;
    this.size = size;
    this.#fd = fd;
    this.#cache = cache;
    this.#method = cache ? 'read-back' : 'read-back-cached';
    this.#device = new DescriptorDevice({
      fd,
      path,
      size,
      sectorSize: SECTOR_BYTES,
      alignment: ALIGNMENT,
      endsAtSize: false,
      isGone: async () => false,
    });
  }

  /**
   * Opens `path` for reading. `mayBypass` is false where the file system keeps its data elsewhere (a server, memory).
   * Throws the system's own error, and EISDIR for what is no file.
   */
  static async open(path: string, mayBypass: boolean): Promise<UncachedFile> {
    const fd = await openDescriptor(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const stats = await statDescriptor(fd);
      if (!stats.isFile()) throw Object.assign(new Error(`no file: ${path}`), { code: 'EISDIR' });
      const cache = mayBypass ? pageCache() : null;
      const bypasses = cache?.bypass(fd) && canEvict(cache, fd, stats.size);
      return new UncachedFile(path, stats.size, fd, bypasses ? cache : null);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  get method(): ReadBackMethod {
    return this.#method;
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    if (this.#method === 'read-back' && !this.#evict(offset, into.byteLength)) {
      this.#method = 'read-back-cached';
    }
    await this.#device.read(into, offset);
  }

  close(): Promise<void> {
    return this.#device.close();
  }

  /** macOS looks into memory first even when it was asked not to keep anything there. */
  #evict(offset: number, length: number): boolean {
    if (length === 0) return true;
    const start = offset - (offset % ALIGNMENT);
    const end = Math.min(this.size, Math.ceil((offset + length) / ALIGNMENT) * ALIGNMENT);
    return this.#cache?.evict(this.#fd, start, end - start) ?? false;
  }
}

/** Tried on the beginning, so that `method` is right from the start wherever the file system has no way past memory. */
function canEvict(cache: PageCache, fd: number, size: number): boolean {
  return size === 0 || cache.evict(fd, 0, Math.min(size, TRIAL_BYTES));
}
