/** Unpacks images of other programs: gzip and Zstandard by Node's own zlib, xz by xz-embedded, zip by yauzl's directory. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { PackedForm, Unpacker } from '../engine/image/unpacker.ts';

interface Form {
  readonly statedBytes: (file: BlockDevice) => Promise<number | null>;
  readonly unpack: (
    file: BlockDevice,
    signal?: AbortSignal,
  ) => AsyncGenerator<Uint8Array, void, void>;
}

export function createUnpacker(): Unpacker {
  return {
    statedBytes: async (file, form) => (await load(form)).statedBytes(file),
    async *unpack(file, form, signal) {
      yield* (await load(form)).unpack(file, signal);
    },
  };
}

/** Nearly every run of PiKeep needs none of them. */
async function load(form: PackedForm): Promise<Form> {
  switch (form) {
    case 'gzip': {
      const { unpackGzip } = await import('./unpack-gzip.ts');
      // Its trailer has the size of the last member only, and of that the lower half.
      return { statedBytes: () => Promise.resolve(null), unpack: unpackGzip };
    }
    case 'zstd': {
      const { unpackZstd, zstdBytes } = await import('./unpack-zstd.ts');
      return { statedBytes: zstdBytes, unpack: unpackZstd };
    }
    case 'xz': {
      const { unpackXz, xzBytes } = await import('./unpack-xz.ts');
      return { statedBytes: xzBytes, unpack: unpackXz };
    }
    case 'zip': {
      const { unpackZip, zipBytes } = await import('./unpack-zip.ts');
      return { statedBytes: zipBytes, unpack: unpackZip };
    }
  }
}
