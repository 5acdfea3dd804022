import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { pictureOf } from '../../src/engine/card-picture.ts';
import { toExtents } from '../../src/engine/extents.ts';
import { speak, useEnglish } from '../../src/language/use-language.ts';
import { findLeftovers } from '../../src/library/leftovers.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import type { Plan, Progress } from '../../src/worker/progress.ts';
import { runTask, type StartWorker, type WorkerProcess } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { workerOf } from '../support/worker-script.ts';

describe('a task in a worker process', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let slot: string;
  let library: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    slot = join(folder.path, 'slot');
    library = join(folder.path, 'library');
    mkdirSync(slot);
    await insert('octopi.img');
  });
  afterEach(() => folder.remove());

  /** Written elsewhere and moved in, so that the slot never sees half a card. */
  const insert = async (name: string): Promise<void> => {
    const file = join(folder.path, name);
    await writeSampleCard(file);
    renameSync(file, join(slot, name));
  };

  const task = (more: Partial<BackupTask> = {}): BackupTask => ({
    task: 'backup',
    disk: 'octopi.img',
    expected: null,
    source: { slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
    destination: { kind: 'library', folder: library },
    format: 'img',
    wholeCard: true,
    fullHash: false,
    verify: 'image',
    forceUnmount: false,
    ejectWhenDone: false,
    ...more,
  });

  const options = { startWorker: startNodeWorker, authorizer: null };
  const filesBelow = (): string[] =>
    existsSync(library) ? readdirSync(library, { recursive: true, encoding: 'utf8' }) : [];

  it('tells the worker what its owner speaks, and the worker does its work in any language', async () => {
    const started: unknown[] = [];
    const startWorker = (): WorkerProcess => {
      const worker = startNodeWorker();
      const post = (message: unknown): void => {
        started.push(message);
        worker.post(message);
      };
      return { ...worker, post };
    };
    await speak('de', ['de-CH']);
    try {
      expect((await runTask(task(), { ...options, startWorker })).task).toBe('backup');
    } finally {
      useEnglish();
    }
    const tongue = { language: 'de', locale: 'de-CH' };
    expect(started[0]).toMatchObject({ message: 'start', tongue });
  });

  it('backs a card up, proves it, and files it under the name of its Pi', async () => {
    const seen: Progress[] = [];
    const result = await runTask(task(), { ...options, onProgress: (step) => seen.push(step) });
    const card = readFileSync(join(slot, 'octopi.img'));
    expect(Buffer.compare(readFileSync(result.image), card)).toBe(0);
    expect(result.title).toBe('octopi');
    expect(result.image).toMatch(/\/library\/octopi\/octopi \d{4}-\d\d-\d\d \d\d\.\d\d\.img$/);
    expect(result.plainSha256).toBe(createHash('sha256').update(card).digest('hex'));
    expect(result.checks.filter((check) => !check.ok)).toEqual([]);
    expect(result.verified).not.toBeNull();
    expect(seen.map(({ phase }) => phase)).toEqual(
      expect.arrayContaining(['opening', 'copying', 'filing']),
    );
    const manifest = await readManifest(result.image);
    expect(manifest.card).toMatchObject({ hostname: 'octopi', pi: 'yes' });
    const verified = await runTask({ task: 'verify', image: result.image }, options);
    expect(verified.bytes).toBe(card.length);
  });

  it('says what it will read before it copies, and reads just that', async () => {
    const heard: string[] = [];
    const plans: Plan[] = [];
    const result = await runTask(task({ wholeCard: false }), {
      ...options,
      onPlan: (plan) => {
        heard.push('plan');
        plans.push(plan);
      },
      onProgress: ({ phase }) => heard.push(phase),
    });
    expect(heard.slice(0, 3)).toEqual(['opening', 'plan', 'copying']);
    const [plan] = plans;
    expect(plans).toHaveLength(1);
    expect(plan).toMatchObject({
      bytes: result.bytes,
      readBytes: result.readBytes,
      wholeCard: false,
      partitions: [
        { index: 1, label: 'bootfs', fileSystem: 'fat32', strategy: 'used', reason: null },
        { index: 2, label: 'rootfs', strategy: 'used', journal: 'clean' },
      ],
    });
    const { map } = await readManifest(result.image);
    expect(plan?.cells).toEqual(pictureOf(toExtents(map), result.bytes));
    expect(new Set(plan?.cells).size).toBeGreaterThan(2);
  });

  it('says so when everything is read because that was asked for', async () => {
    const plans: Plan[] = [];
    await runTask(task(), { ...options, onPlan: (plan) => plans.push(plan) });
    expect(plans).toMatchObject([{ wholeCard: true, cells: Array(240).fill(255) }]);
  });

  it('calls a backup that was not proven unverified', async () => {
    const { image, verified } = await runTask(task({ verify: 'none' }), options);
    expect(image).toMatch(/ \(unverified\)\.img$/);
    expect(verified).toBeNull();
    expect((await readManifest(image)).verified).toBeNull();
  });

  it('describes a card without copying it', async () => {
    const { source } = task();
    const found = await runTask({ task: 'inspect', target: 'octopi', source }, options);
    expect(found).toMatchObject({ pi: 'yes', hostname: 'octopi', scheme: 'mbr' });
    expect(found.partitions.map(({ fileSystem }) => fileSystem)).toEqual(['fat32', 'ext']);
    expect(existsSync(library)).toBe(false);
  });

  it('ejects when asked to', async () => {
    const { ejected } = await runTask(task({ ejectWhenDone: true }), options);
    expect(ejected).toBe(true);
    expect(readdirSync(slot)).not.toContain('octopi.img');
  });

  it('refuses another card behind the same name', async () => {
    const expected = {
      bytes: 1,
      mediaName: null,
      diskUuid: null,
      tableId: null,
      partitions: [],
    };
    await expect(runTask(task({ expected }), options)).rejects.toMatchObject({
      code: 'IDENTITY_CHANGED',
    });
    expect(filesBelow()).toEqual([]);
  });

  it('says that there is no such card', async () => {
    await expect(runTask(task({ disk: 'other.img' }), options)).rejects.toMatchObject({
      code: 'NO_SUCH_DISK',
    });
  });

  it('stops on cancel and leaves nothing behind', async () => {
    const abort = new AbortController();
    const running = runTask(task(), {
      ...options,
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'copying' && abort.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(filesBelow().filter((name) => name.includes('.img'))).toEqual([]);
  });

  it('that is killed leaves nothing under a final name, and a leftover that is found', async () => {
    let kill: () => void = () => undefined;
    const startWorker: StartWorker = () => {
      const worker = startNodeWorker();
      kill = worker.kill;
      return worker;
    };
    const running = runTask(task(), {
      ...options,
      startWorker,
      onProgress: ({ phase }) => phase === 'copying' && kill(),
    });
    await expect(running).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(filesBelow().filter((name) => /\.img(\.pikeep\.json)?$/.test(name))).toEqual([]);
    expect(await findLeftovers(library)).toHaveLength(1);
  });

  it('fails on a worker that talks nonsense or ends without a word', async () => {
    const nonsense: StartWorker = () => workerOf("process.send({ message: 'hello' })");
    await expect(runTask(task(), { ...options, startWorker: nonsense })).rejects.toMatchObject({
      code: 'BAD_MESSAGE',
    });
    const silent: StartWorker = () => workerOf('process.exit(3)');
    await expect(runTask(task(), { ...options, startWorker: silent })).rejects.toMatchObject({
      code: 'WORKER_DIED',
      facts: { detail: 'status 3' },
    });
  });

  it('ends a worker that goes on living after its last word', async () => {
    let exit: Promise<string> = Promise.resolve('');
    const startWorker: StartWorker = () => {
      const error = { code: 'USAGE', facts: { detail: 'x' } };
      const worker = workerOf(
        `process.send(${JSON.stringify({ message: 'failed', error })}); setInterval(() => {}, 1000)`,
      );
      exit = new Promise((resolve) => worker.onExit(resolve));
      return worker;
    };
    await expect(runTask(task(), { ...options, startWorker })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await exit).toBe('signal SIGKILL');
  });

  it('is refused by a worker when it is malformed', async () => {
    const bad = { ...task(), disk: 7 } as unknown as BackupTask;
    await expect(runTask(bad, options)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  });

  it('cleans up after itself when its owner dies', async () => {
    const script = `
      const { runTask } = await import(${JSON.stringify(new URL('../../src/worker/run-task.ts', import.meta.url).href)});
      const { startNodeWorker } = await import(${JSON.stringify(new URL('../../src/worker/start-node-worker.ts', import.meta.url).href)});
      const startWorker = () => { const worker = startNodeWorker(); return worker; };
      await runTask(${JSON.stringify(task())}, { startWorker, authorizer: null, onProgress: ({ phase }) => {
        if (phase === 'copying') process.kill(process.pid, 'SIGKILL');
      } });`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: 'inherit',
    });
    await new Promise((resolve) => owner.once('exit', resolve));
    await expect
      .poll(() => filesBelow().filter((name) => name.includes('.img')), { timeout: 15_000 })
      .toEqual([]);
  });
});
