import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MalformedBytes } from '../../src/engine/bytes.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import type { PackedForm } from '../../src/engine/image/unpacker.ts';
import { createUnpacker } from '../../src/platform/unpacker.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { packed } from '../support/foreign-image.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { mixedCard } from '../support/packed-image.ts';
import { needsTools } from '../support/tools.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const unpacker = createUnpacker();
/** Noise, text and zeros, so that nothing of it is stored in one way only. */
const content = mixedCard(600 * KIB, [
  [0, 100 * KIB],
  [200 * KIB, 200 * KIB],
]);

let folder: ReturnType<typeof temporaryFolder>;
const files = new Map<PackedForm, Uint8Array>();
const isMissing = needsTools('gzip', 'zstd', 'xz', 'zip');
beforeAll(() => {
  folder = temporaryFolder();
  if (isMissing) return;
  const path = join(folder.path, 'card.img');
  writeFileSync(path, content);
  files.set('gzip', readFileSync(packed(path, 'card.gz', ['gzip', '-c'])));
  files.set('zstd', readFileSync(packed(path, 'card.zst', ['zstd', '-q', '-c'])));
  files.set('xz', readFileSync(packed(path, 'card.xz', ['xz', '-0', '-c'])));
  tool('zip', ['-q', '-j', join(folder.path, 'card.zip'), path]);
  files.set('zip', readFileSync(join(folder.path, 'card.zip')));
});
afterAll(() => folder.remove());

function fileOf(form: PackedForm): Uint8Array {
  return files.get(form) ?? expect.fail('not made');
}

/** Everything that comes out, or why nothing more does. */
async function outcome(bytes: Uint8Array, form: PackedForm): Promise<Uint8Array | string> {
  const pieces: Uint8Array[] = [];
  const device = memoryDevice(bytes);
  try {
    for await (const piece of unpacker.unpack(device, form)) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof MalformedBytes) return 'damaged';
    if (isPiKeepError(error, 'UNSUPPORTED', 'NOT_AN_IMAGE')) return error.code;
    throw error;
  }
}

describe.skipIf(isMissing).each(['gzip', 'zstd', 'xz', 'zip'] as const)('a file of %s', (form) => {
  it('unpacks to what was packed', async () => {
    const found = await outcome(fileOf(form), form);
    expect(found).toBeInstanceOf(Uint8Array);
    if (typeof found !== 'string') expect(Buffer.compare(found, content)).toBe(0);
  });

  it('is damaged wherever it was cut off', async () => {
    const whole = fileOf(form);
    const ends = [...Array(32).keys()].map((n) => whole.length - 1 - n);
    for (const end of [...ends, 4, 12, 20, 100, 5000, whole.length >> 1]) {
      expect(await outcome(whole.subarray(0, end), form)).toBe('damaged');
    }
  });

  it('is damaged when something follows it', async () => {
    const whole = fileOf(form);
    for (const garbage of ['x', 'garbage that follows\n', '\0\0\0\0x\0\0\0', 'y'.repeat(MIB)]) {
      expect(await outcome(Buffer.concat([whole, Buffer.from(garbage)]), form)).toBe('damaged');
    }
  });

  it('never gives anything else than was packed, whichever byte has changed', async () => {
    const whole = fileOf(form);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = Uint8Array.from(whole);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const found = await outcome(changed, form);
          if (typeof found !== 'string') expect(Buffer.compare(found, content)).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it('frees everything when nobody wants the rest', async () => {
    for (let count = 0; count < 5; count++) {
      const device = memoryDevice(fileOf(form));
      for await (const piece of unpacker.unpack(device, form)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      // Waits for reads in flight; one that came later would throw.
      await device.close();
    }
    expect(await outcome(fileOf(form), form)).toBeInstanceOf(Uint8Array);
  });

  it('stops when it is interrupted', async () => {
    const stop = new AbortController();
    const device = memoryDevice(fileOf(form));
    const reading = async (): Promise<void> => {
      for await (const _ of unpacker.unpack(device, form, stop.signal)) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await device.close();
  });

  it('that cannot be read says so', async () => {
    const broken = { ...memoryDevice(fileOf(form)), read: () => Promise.reject(new Error('EIO')) };
    const reading = async (): Promise<void> => {
      for await (const _ of unpacker.unpack(broken, form)) expect.fail('nothing can come');
    };
    await expect(reading()).rejects.toThrow(form === 'zip' ? /EIO/ : 'EIO');
  });
});

describe.skipIf(isMissing)('what would need too much memory or an unusual method', () => {
  const cases: readonly (readonly [string, PackedForm, readonly string[]])[] = [
    ['a window of 2 GiB', 'zstd', ['zstd', '-q', '-c', '--long=31']],
    ['a dictionary of 128 MiB', 'xz', ['xz', '-c', '--lzma2=preset=0,dict=128MiB']],
    ['a filter for programs', 'xz', ['xz', '-c', '--x86', '--lzma2=preset=0']],
    ['a check of SHA-256', 'xz', ['xz', '-0', '-c', '--check=sha256']],
    ['a password', 'zip', ['zip', '-q', '-P', 'secret', '-', '-']],
  ];
  it.each(cases)('is refused as such: %s', async (name, form, command) => {
    const path = packed(join(folder.path, 'card.img'), `${name}.bin`, command);
    expect(await outcome(readFileSync(path), form)).toBe('UNSUPPORTED');
  });
});

describe.skipIf(isMissing)('a zip archive', () => {
  const archive = (name: string, ...names: string[]): Uint8Array => {
    for (const file of names) writeFileSync(join(folder.path, file), file);
    const path = join(folder.path, name);
    tool('zip', ['-q', '-j', path, ...names.map((file) => join(folder.path, file))]);
    return readFileSync(path);
  };

  it('with one image beside other files gives the image', async () => {
    const found = await outcome(archive('one.zip', 'notes.txt', 'one.img', '._one.img'), 'zip');
    expect(Buffer.from(found).toString()).toBe('one.img');
  });

  it('with one file gives it, whatever it is called', async () => {
    expect(Buffer.from(await outcome(archive('any.zip', 'card'), 'zip')).toString()).toBe('card');
  });

  it('with two images, or with two files and no image, is no image', async () => {
    expect(await outcome(archive('two.zip', 'one.img', 'two.img'), 'zip')).toBe('NOT_AN_IMAGE');
    expect(await outcome(archive('none.zip', 'one.txt', 'two.txt'), 'zip')).toBe('NOT_AN_IMAGE');
  });

  it('whose directory lies about sizes is damaged, and not unpacked past them', async () => {
    const lying = Uint8Array.from(fileOf('zip'));
    const directory = Buffer.from(lying.buffer).lastIndexOf('PK\x01\x02', undefined, 'latin1');
    // The unpacked size (offset 24), one less and one more.
    const size = Buffer.from(lying.buffer).readUInt32LE(directory + 24);
    for (const wrong of [size - 1, size + 1, 1]) {
      Buffer.from(lying.buffer).writeUInt32LE(wrong, directory + 24);
      expect(await outcome(lying, 'zip')).toBe('damaged');
    }
  });
});
