/** Keeps the contents of an image out of memory, and finds out whether they are in it. */

import { PiKeepError } from '../../engine/errors.ts';
import { type Koffi, loadKoffi } from './ffi.ts';
import { F_NOCACHE, MAP_SHARED, MS_INVALIDATE, MS_SYNC, PROT_READ } from './layouts.ts';

export interface PageCache {
  /** Bytes in a page: 16 KiB on Apple silicon, 4 KiB elsewhere. */
  readonly pageBytes: number;
  /** Asks that data read and written through `fd` stays out of memory (man fcntl, F_NOCACHE). False: not here. */
  bypass(fd: number): boolean;
  /**
   * True when no page of the range is in memory, so that the next read comes from the disk. Pages that are there are
   * thrown out first if the system lets us. `offset` is a multiple of `pageBytes`; bytes past the end of the file count not.
   */
  evict(fd: number, offset: number, length: number): boolean;
}

let cache: PageCache | null = null;

/** Throws when `koffi` cannot be loaded. */
export function pageCache(): PageCache {
  cache ??= bind(loadKoffi());
  return cache;
}

/** `mmap` returns this for a failure. */
const MAP_FAILED = 2n ** 64n - 1n;
/** Bit 0 of what `mincore` says about a page: it is in memory (man mincore, both systems). */
const IN_CORE = 1;

function bind(koffi: Koffi): PageCache {
  const library = koffi.load(null);
  // Variadic, as in C: Apple's arm64 passes the last argument on the stack.
  const fcntl = library.func('int fcntl(int, int, ...)');
  const mmap = library.func('void *mmap(void *, size_t, int, int, int, int64_t)');
  const munmap = library.func('int munmap(void *, size_t)');
  const mincore = library.func('int mincore(void *, size_t, void *)');
  const msync = library.func('int msync(void *, size_t, int)');
  const pageBytes: number = library.func('int getpagesize(void)')();

  const failed = (call: string) =>
    new PiKeepError('INTERNAL', { detail: `${call} failed with errno ${koffi.errno()}` });

  const anyInMemory = (address: bigint, length: number): boolean => {
    const pages = Buffer.alloc(Math.ceil(length / pageBytes));
    if (mincore(address, length, pages) === -1) throw failed('mincore');
    return pages.some((page) => (page & IN_CORE) !== 0);
  };

  return {
    pageBytes,

    bypass(fd) {
      // The number means something else, or nothing, on other systems.
      return process.platform === 'darwin' && fcntl(fd, F_NOCACHE, 'int', 1) !== -1;
    },

    evict(fd, offset, length) {
      const address: bigint | null = mmap(null, length, PROT_READ, MAP_SHARED, fd, offset);
      // Not every file system can map its files; then nobody can tell.
      if (address === null || address === MAP_FAILED) return false;
      try {
        if (!anyInMemory(address, length)) return true;
        // Written first: alone, MS_INVALIDATE may throw away pages that have not reached the disk (xnu vm_object_sync).
        if (msync(address, length, MS_SYNC | MS_INVALIDATE) === -1) return false;
        return !anyInMemory(address, length);
      } finally {
        munmap(address, length);
      }
    },
  };
}
