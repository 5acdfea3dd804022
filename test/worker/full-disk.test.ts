import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { ImageFiles, NewImageFile } from '../../src/engine/image/image-file.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import { patientContext } from '../../src/worker/patient-context.ts';
import { patientFiles } from '../../src/worker/patient-files.ts';
import type { Held } from '../../src/worker/progress.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { dyingCardTools, makeDyingCard } from '../support/dying-card.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { type MountedVolume, mountedVolume } from '../support/mounted.ts';
import { imageFiles } from '../support/packed-image.ts';
import { type ContextOptions, taskContext } from '../support/task-context.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

describe.skipIf(needsLoop() || needsTools(...dyingCardTools, 'fallocate'))(
  'a disk that runs full during a backup',
  () => {
    const folder = temporaryFolder();
    const slot = join(folder.path, 'slot');
    const card = join(slot, 'octopi.img');
    let volume: MountedVolume;
    let filler: string;
    let out: string;
    beforeAll(async () => {
      mkdirSync(slot);
      await makeDyingCard(card);
      volume = await mountedVolume(['mke2fs', '-q', '-t', 'ext4', '-m', '0'], 128 * MIB);
      filler = join(volume.folder, 'filler');
    });
    afterAll(async () => {
      await volume?.close();
      folder.remove();
    });
    beforeEach((test) => {
      out = join(volume.folder, `out-${test.task.id}`);
      rmSync(filler, { force: true });
      mkdirSync(out);
    });

    /** All of it but a little, for the file system's own books. */
    const fill = (leave = 256 * 1024): void => {
      const { bavail, bsize } = statfsSync(volume.folder);
      execFileSync('fallocate', ['-l', String(bavail * bsize - leave), filler]);
    };
    /** Once, when the copy has begun. */
    const whenCopying = (action: () => void): NonNullable<ContextOptions['onProgress']> => {
      let isDone = false;
      return ({ phase }) => {
        if (phase !== 'copying' || isDone) return;
        isDone = true;
        action();
      };
    };
    const task = (more: Partial<BackupTask> = {}): BackupTask => ({
      ...{ task: 'backup', disk: 'octopi.img', expected: null },
      source: {
        ...{ slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
      },
      destination: { kind: 'folder', folder: out },
      ...{ format: 'img', wholeCard: true, fullHash: false, verify: 'image' },
      ...{ forceUnmount: false, ejectWhenDone: false, ...more },
    });
    const backUp = (options: ContextOptions, more?: Partial<BackupTask>) => {
      const context = taskContext({ onProgress: whenCopying(fill), pause: noPause, ...options });
      return { context, running: runBackup(task(more), patientContext(context)) };
    };

    it.each(imageFormats)(
      'makes it wait, and it goes on when there is room again: %s',
      async (format) => {
        const heard: (Held | null)[] = [];
        const onHeld = (held: Held | null): void => {
          heard.push(held);
          if (held) rmSync(filler, { force: true });
        };
        const { running } = backUp({ onHeld }, { format });
        const { image } = await running;
        expect(heard[0]).toMatchObject({ why: 'destination-full' });
        expect(heard[0]?.neededBytes).toBeGreaterThan(heard[0]?.freeBytes ?? 0);
        expect(heard.at(-1)).toBeNull();
        const plain = join(folder.path, 'plain.img');
        const unpack = { img: ['cat'], 'img.gz': ['gzip', '-dc'], 'img.zst': ['zstd', '-dc'] };
        tool('sh', ['-c', `${unpack[format].join(' ')} < '${image}' > '${plain}'`]);
        tool('cmp', [plain, card]);
        expect((await readManifest(image)).verified).not.toBeNull();
      },
    );

    it('does not keep it from being cancelled', async () => {
      const abort = new AbortController();
      const { running } = backUp({ signal: abort.signal, onHeld: () => abort.abort() });
      await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect(readdirSync(out).filter((name) => name.endsWith('.img'))).toEqual([]);
    });

    it('ends it after an hour, under no final name', async () => {
      let now = 0;
      const pause = (ms: number): Promise<void> => {
        now += ms;
        return Promise.resolve();
      };
      const { running } = backUp({ monotonic: () => now, pause });
      await expect(running).rejects.toMatchObject({ code: 'DESTINATION_FULL' });
      expect(now).toBeGreaterThanOrEqual(3600_000);
      expect(readdirSync(out).filter((name) => name.endsWith('.img'))).toEqual([]);
    });
  },
);

describe('a write for which there is no room', () => {
  const rig = async (errors: readonly (string | null)[], toCome = 0) => {
    const folder = temporaryFolder();
    const heard: (Held | null)[] = [];
    const left = [...errors];
    let settles = 0;
    const failing: ImageFiles = {
      ...imageFiles,
      async create(path, size) {
        const file = await imageFiles.create(path, size);
        return adapted(file, {
          write: (data, offset) => {
            const errno = left.shift() ?? null;
            if (errno === null) return file.write(data, offset);
            const cause = Object.assign(new Error(errno), { code: errno });
            return Promise.reject(new PiKeepError('DESTINATION_FULL', { path }, { cause }));
          },
          settle: () => {
            settles++;
            return Promise.reject(new PiKeepError('DESTINATION_FULL', { path }));
          },
        });
      },
    };
    const { volumes } = await createPlatform({ slot: folder.path });
    let now = 0;
    // Every look at the clock is six seconds after the one before.
    const monotonic = (): number => {
      now += 6000;
      return now;
    };
    const context = taskContext({ onHeld: (held) => heard.push(held), monotonic });
    const file = await patientFiles(failing, {
      ...context,
      ...{ pause: noPause, volumes, toCome: () => toCome },
    }).create(join(folder.path, 'a.img'), 1 * MIB);
    const close = async (): Promise<void> => {
      await file.close();
      folder.remove();
    };
    return { file, heard, left, warnings: context.warnings, settles: () => settles, close };
  };

  it('of a quota is tried again, although the disk has room', async () => {
    const { file, heard, close } = await rig(['EDQUOT', 'EDQUOT', 'EDQUOT']);
    await file.write(new Uint8Array(4096).fill(7), 8192);
    expect(heard[0]?.freeBytes).toBeGreaterThan(4096);
    expect(heard.at(-1)).toBeNull();
    await close();
  });

  it('waits together with the others', async () => {
    const { file, heard, left, close } = await rig(['ENOSPC', 'ENOSPC', 'ENOSPC', 'ENOSPC']);
    await Promise.all(
      [0, 1, 2, 3].map((at) => file.write(new Uint8Array(4096).fill(1), at * 4096)),
    );
    expect(left).toEqual([]);
    expect(heard.map((held) => held?.neededBytes)).toEqual([16_384, undefined]);
    await close();
  });

  it('is foretold, once, when something else has taken the room for what is to come', async () => {
    const { file, heard, warnings, close } = await rig([], 1e18);
    await file.write(new Uint8Array(4096), 0);
    await file.write(new Uint8Array(4096), 4096);
    await expect.poll(() => warnings).toHaveLength(1);
    for (let at = 2; at < 20; at++) await file.write(new Uint8Array(4096), at * 4096);
    expect(warnings).toMatchObject([
      {
        code: 'DESTINATION_FILLING',
        text: expect.stringMatching(/ are free, and up to 1,000 PB are still to be written/),
      },
    ]);
    expect(heard).toEqual([]);
    await close();
    const { file: other, warnings: none, close: end } = await rig([], 4096);
    for (let at = 0; at < 9; at++) await other.write(new Uint8Array(4096), at * 4096);
    await end();
    expect(none).toEqual([]);
  });

  it('fails at once where waiting is of no use: a file too long, a settling that failed', async () => {
    const { file, heard, settles, close } = await rig(['EFBIG']);
    const writing = file.write(new Uint8Array(4096), 0);
    await expect(writing).rejects.toMatchObject({ code: 'DESTINATION_FULL' });
    await expect(file.settle()).rejects.toMatchObject({ code: 'DESTINATION_FULL' });
    expect(settles()).toBe(1);
    expect(heard).toEqual([]);
    await close();
  });
});

/** Lets everything else go on first. */
function noPause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function adapted(file: NewImageFile, change: Partial<NewImageFile>): NewImageFile {
  return {
    path: file.path,
    size: file.size,
    readBackMethod: file.readBackMethod,
    write: (data, offset) => file.write(data, offset),
    settle: () => file.settle(),
    readBack: (into, offset) => file.readBack(into, offset),
    cut: (bytes) => file.cut(bytes),
    storedBytes: () => file.storedBytes(),
    close: () => file.close(),
    ...change,
  };
}
