import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTask, type StartWorker } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import type { Stall } from '../../src/worker/watchdog.ts';
import { dyingCardTools, makeDyingCard } from '../support/dying-card.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { type FaultyReader, faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const needed = [...dyingCardTools, 'nbdkit', 'nbdfuse', 'fusermount3'];

/** A block device of the kernel whose reads do not end: those who wait for them cannot even be killed. */
describe.skipIf(needsLoop() || needsTools(...needed))('a card reader that hangs', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let out: string;
  let reader: FaultyReader;
  beforeEach(async () => {
    folder = temporaryFolder();
    out = join(folder.path, 'out');
    mkdirSync(out);
    const card = join(folder.path, 'card.img');
    await makeDyingCard(card);
    reader = await faultyReader(card, { bytesPerSecond: 20_000_000 });
  });
  afterEach(async () => {
    reader.thaw();
    await reader.close();
    folder.remove();
  });

  const task = (): BackupTask => ({
    task: 'backup',
    disk: reader.path,
    expected: null,
    source: {
      slot: null,
      allowDiskImage: true,
      allowOtherExternal: false,
      neverTouch: [],
      door: null,
    },
    destination: { kind: 'folder', folder: out },
    format: 'img',
    wholeCard: true,
    fullHash: false,
    verify: 'image',
    forceUnmount: false,
    ejectWhenDone: false,
  });
  const silence = 120;

  it('is named while it lasts, and the backup goes on when it answers again', async () => {
    const told: (Stall | null)[] = [];
    let isFrozen = false;
    const { image } = await runTask(task(), {
      startWorker: startNodeWorker,
      authorizer: null,
      stallLimits: { tell: 2, end: 600, silence },
      onProgress: ({ phase, bytes }) => {
        if (phase !== 'copying' || bytes === 0 || isFrozen) return;
        isFrozen = true;
        reader.freeze();
      },
      onStall: (stall) => {
        told.push(stall);
        if (stall) reader.thaw();
      },
    });
    expect(told[0]).toMatchObject({ who: 'reader', phase: 'copying' });
    expect(told[0]?.name).toMatch(/loop\d+/);
    expect(told.at(-1)).toBeNull();
    tool('cmp', [image, join(folder.path, 'card.img')]);
  });

  it('is given up after the limit, though its reads never end; nothing has a final name', async () => {
    let exit: Promise<string> = Promise.resolve('');
    const startWorker: StartWorker = () => {
      const worker = startNodeWorker();
      exit = new Promise((resolve) => worker.onExit(resolve));
      return worker;
    };
    const running = runTask(task(), {
      startWorker,
      authorizer: null,
      stallLimits: { tell: 2, end: 8, silence },
      onProgress: ({ phase, bytes }) => {
        if (phase === 'copying' && bytes > 0) reader.freeze();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'STALLED', facts: { who: 'reader' } });
    expect(readdirSync(out).filter((name) => name.endsWith('.img'))).toEqual([]);
    expect(readdirSync(out).filter((name) => name.endsWith('.partial'))).toHaveLength(1);
    reader.thaw();
    await exit;
  });

  it('does not keep Cancel from being obeyed', async () => {
    const abort = new AbortController();
    const running = runTask(task(), {
      startWorker: startNodeWorker,
      authorizer: null,
      signal: abort.signal,
      stallLimits: { tell: 2, end: 600, silence },
      onProgress: ({ phase, bytes }) => {
        if (phase === 'copying' && bytes > 0) reader.freeze();
      },
      onStall: () => abort.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
