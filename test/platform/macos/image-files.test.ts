import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allocateAligned } from '../../../src/engine/aligned-memory.ts';
import type { ImageFiles } from '../../../src/engine/image/image-file.ts';
import { createMacImageFiles } from '../../../src/platform/macos/image-files.ts';
import { pageCache } from '../../../src/platform/macos/page-cache.ts';
import type { VolumeFacts } from '../../../src/platform/ports.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { codeOf } from '../../support/mac/harness.ts';
import { findTool, needsSystem, needsTools } from '../../support/tools.ts';

const MIB = 1024 * 1024;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The adapter on a volume of this kind. Elsewhere than on macOS nothing bypasses the cache, and it has to say so. */
function imageFiles(facts: Partial<VolumeFacts> = {}): ImageFiles {
  const volume: VolumeFacts = {
    fileSystem: 'apfs',
    mountPoint: '/',
    freeBytes: 1e12,
    maxFileBytes: Number.POSITIVE_INFINITY,
    keepsHoles: true,
    readOnly: false,
    network: false,
    disks: ['disk1', 'disk0'],
    ...facts,
  };
  return createMacImageFiles({ volumeOf: () => Promise.resolve(volume) });
}

const expectedMethod = process.platform === 'darwin' ? 'read-back' : 'read-back-cached';

describe('an image on a Mac', () => {
  it('is sparse, written in place and read back', async () => {
    const path = join(folder.path, 'octopi.img');
    const image = await imageFiles().create(path, 64 * MIB);
    const data = allocateAligned(MIB);
    for (let at = 0; at < data.byteLength; at++) data[at] = at % 251;
    await image.write(data, 8 * MIB);
    await image.write(data.subarray(0, 4096), 4096);
    await image.settle();
    const back = allocateAligned(MIB);
    await image.readBack(back, 8 * MIB);
    expect(Buffer.compare(back, data)).toBe(0);
    const odd = new Uint8Array(1000);
    await image.readBack(odd, 8 * MIB + 4097);
    expect(Buffer.compare(odd, data.subarray(4097, 5097))).toBe(0);
    expect(image.readBackMethod).toBe(expectedMethod);
    expect(await image.storedBytes()).toBeLessThan(4 * MIB);
    await image.close();
    await image.close();
    expect(statSync(path).size).toBe(64 * MIB);
  });

  it('of no given size grows, and is read back as far as it has settled', async () => {
    const path = join(folder.path, 'octopi.img.zst');
    const image = await imageFiles().create(path, null);
    const data = allocateAligned(2 * MIB);
    for (let at = 0; at < data.byteLength; at++) data[at] = at % 251;
    const back = allocateAligned(MIB);
    await image.write(data.subarray(0, MIB), 0);
    // Two at the same time, as copying and proving do.
    await Promise.all([image.settle(), image.settle()]);
    await image.readBack(back, 0);
    expect(Buffer.compare(back, data.subarray(0, MIB))).toBe(0);
    await image.write(data.subarray(MIB, 2 * MIB - 1000), MIB);
    await image.settle();
    const end = new Uint8Array(500);
    await image.readBack(end, 2 * MIB - 1500);
    expect(Buffer.compare(end, data.subarray(2 * MIB - 1500, 2 * MIB - 1000))).toBe(0);
    expect(image.size).toBe(2 * MIB - 1000);
    expect(image.readBackMethod).toBe(expectedMethod);
    await image.close();
    expect(statSync(path).size).toBe(2 * MIB - 1000);
  });

  it('is opened again for checking, also when its size is no multiple of a block', async () => {
    const path = join(folder.path, 'odd.img');
    writeFileSync(path, Buffer.alloc(40_000, 'card'));
    const { device, readBackMethod } = await imageFiles().open(path);
    const all = new Uint8Array(40_000);
    await device.read(all, 0);
    await device.close();
    expect(Buffer.compare(all, readFileSync(path))).toBe(0);
    expect(readBackMethod).toBe(expectedMethod);
  });

  it('on a share or in memory is never said to be read from a disk', async () => {
    for (const facts of [{ fileSystem: 'smbfs', network: true }, { fileSystem: 'tmpfs' }]) {
      const path = join(folder.path, `${facts.fileSystem}.img`);
      const image = await imageFiles(facts).create(path, MIB);
      expect(image.readBackMethod).toBe('read-back-cached');
      await image.close();
    }
  });

  it('is never made over a file that is there, nor where there is no folder', async () => {
    const path = join(folder.path, 'there.img');
    writeFileSync(path, 'mine');
    expect(await codeOf(imageFiles().create(path, MIB))).toBe('DESTINATION_EXISTS');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const nowhere = join(folder.path, 'nowhere', 'x.img');
    expect(await codeOf(imageFiles().create(nowhere, MIB))).toBe('DESTINATION_MISSING');
  });

  it('that is not there, or is a folder, is no image', async () => {
    expect(await codeOf(imageFiles().open(join(folder.path, 'none.img')))).toBe('NO_SUCH_IMAGE');
    mkdirSync(join(folder.path, 'folder.img'));
    expect(await codeOf(imageFiles().open(join(folder.path, 'folder.img')))).toBe('NO_SUCH_IMAGE');
  });
});

describe.skipIf(needsSystem('linux') || needsTools('dd'))('finding out what memory holds', () => {
  it('sees pages that were just written, and sees that they have gone', () => {
    const path = join(folder.path, 'pages');
    writeFileSync(path, Buffer.alloc(MIB, 'x'));
    const fd = openSync(path, 'r+');
    try {
      fsyncSync(fd);
      const cache = pageCache();
      expect(cache.pageBytes).toBeGreaterThanOrEqual(4096);
      // MS_INVALIDATE throws nothing out on Linux, so the pages are still there and it says so.
      expect(cache.evict(fd, 0, MIB)).toBe(false);
      // dd's nocache flag asks the kernel to drop them (POSIX_FADV_DONTNEED).
      execFileSync(findTool('dd') ?? 'dd', [
        `if=${path}`,
        'iflag=nocache',
        'count=0',
        'status=none',
      ]);
      expect(cache.evict(fd, 0, MIB)).toBe(true);
      readFileSync(path);
      expect(cache.evict(fd, 65536, 65536)).toBe(false);
    } finally {
      closeSync(fd);
    }
  });

  it('does not claim to bypass a cache that it cannot', () => {
    const fd = openSync(join(folder.path, 'file'), 'w+');
    try {
      expect(pageCache().bypass(fd)).toBe(false);
    } finally {
      closeSync(fd);
    }
  });
});
