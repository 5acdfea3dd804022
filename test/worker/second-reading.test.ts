import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import type { Progress } from '../../src/worker/progress.ts';
import type { TaskContext } from '../../src/worker/task-context.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { temporaryFolder } from '../support/file-systems.ts';

const BOOT = 8 * 1024 * 1024;

describe('a backup that reads its card twice', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let slot: string;
  let library: string;
  let card: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    slot = join(folder.path, 'slot');
    library = join(folder.path, 'library');
    card = join(slot, 'octopi.img');
    mkdirSync(slot);
    await writeSampleCard(card);
  });
  afterEach(() => folder.remove());

  const task = (): BackupTask => ({
    task: 'backup',
    disk: 'octopi.img',
    expected: null,
    source: { slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
    destination: { kind: 'library', folder: library },
    format: 'img',
    wholeCard: false,
    fullHash: false,
    verify: 'card',
    forceUnmount: false,
    ejectWhenDone: false,
  });

  const context = (
    onProgress: (progress: Progress) => void,
    signal?: AbortSignal,
  ): TaskContext => ({
    createPlatform,
    authorizer: { authorize: () => Promise.reject(new Error('nobody is there to be asked')) },
    signal: signal ?? new AbortController().signal,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    progress: onProgress,
    plan: () => undefined,
    held: () => undefined,
    keepsPartial: () => false,
    warn: () => undefined,
  });

  /** Images and manifests, whatever their names. */
  const files = (): string[] =>
    existsSync(library)
      ? readdirSync(library, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.includes('.img'),
        )
      : [];

  it('says so in its result and in the manifest', async () => {
    const seen: Progress[] = [];
    const result = await runBackup(
      task(),
      context((step) => void seen.push(step)),
    );
    expect(result.verified).not.toBeNull();
    expect(result.image).not.toContain('unverified');
    const rereading = seen.filter(({ phase }) => phase === 'rereading');
    expect(rereading[0]).toMatchObject({ bytes: 0, total: result.readBytes });
    expect(rereading.at(-1)).toMatchObject({ bytes: result.readBytes, total: result.readBytes });
    const manifest = await readManifest(result.image);
    expect(manifest.checks).toContainEqual(
      result.checks.find(({ name }) => name === 'second reading'),
    );
  });

  it('keeps nothing when a byte of the card has changed in between', async () => {
    const at = readFileSync(card).indexOf('camera_auto_detect', BOOT);
    const change = (): void => {
      const fd = openSync(card, 'r+');
      writeSync(fd, 'X', at);
      closeSync(fd);
    };
    const running = runBackup(
      task(),
      context(({ phase, bytes }) => phase === 'rereading' && bytes === 0 && change()),
    );
    await expect(running).rejects.toMatchObject({ code: 'CARD_UNRELIABLE', facts: { ranges: 1 } });
    expect(files()).toEqual([]);
  });

  it('keeps nothing when it is cancelled while the card is read again', async () => {
    const abort = new AbortController();
    const running = runBackup(
      task(),
      context(({ phase }) => phase === 'rereading' && abort.abort(), abort.signal),
    );
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(files()).toEqual([]);
  });
});
