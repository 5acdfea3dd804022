import { describe, expect, it } from 'vitest';
import { runTask, type StartWorker } from '../../src/worker/run-task.ts';
import type { Stall } from '../../src/worker/watchdog.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { workerOf } from '../support/worker-script.ts';

const task = { task: 'verify', image: '/nowhere/a.img' } as const;
const limits = { tell: 15, end: 600, silence: 60 };

/** Real processes that behave badly, and a clock that is moved. */
describe('a worker that hangs', () => {
  it('is killed for saying nothing, as one in a loop without end', async () => {
    const clock = new SteppedClock();
    let exit: Promise<string> = Promise.resolve('');
    const startWorker: StartWorker = () => {
      const worker = workerOf(`${progress} setImmediate(() => { for (;;); });`);
      exit = new Promise((resolve) => worker.onExit(resolve));
      return worker;
    };
    const running = runTask(task, {
      startWorker,
      authorizer: null,
      clock,
      stallLimits: limits,
      onProgress: () => clock.pass(61),
    });
    await expect(running).rejects.toMatchObject({
      code: 'STALLED',
      facts: { who: 'worker', name: task.image, seconds: 60 },
    });
    expect(await exit).toBe('signal SIGKILL');
    expect(clock.waiting).toBe(0);
  });

  it('and waits for a read is asked to keep what is done, and what it says to that is not the news', async () => {
    const clock = new SteppedClock();
    const told: (Stall | null)[] = [];
    const script = `${progress}
      process.send({ message: 'alive', work: 3, waitsFor: { kind: 'file', name: '/net/a.img' } });
      process.on('message', ({ message, keep }) => {
        if (message !== 'cancel') return;
        process.send({ message: 'warning', code: 'ASKED', text: 'keep ' + keep });
        process.send({ message: 'failed', error: { code: 'INTERRUPTED', facts: {} } });
      });
      process.send({ message: 'warning', code: 'READY', text: 'now' });`;
    const warnings: string[] = [];
    const running = runTask(task, {
      startWorker: () => workerOf(script),
      authorizer: null,
      clock,
      stallLimits: { ...limits, silence: 10_000 },
      onStall: (stall) => told.push(stall),
      onWarning: ({ code, text }) => {
        warnings.push(text);
        if (code === 'READY') clock.pass(601);
      },
    });
    await expect(running).rejects.toMatchObject({
      code: 'STALLED',
      facts: { who: 'file', name: '/net/a.img', seconds: 600 },
    });
    expect(warnings).toEqual(['now', 'keep true']);
    expect(told[0]).toEqual({ who: 'file', name: '/net/a.img', seconds: 15, phase: 'reading' });
  });

  it('is not, while it waits for room on the disk', async () => {
    const clock = new SteppedClock();
    const heard: unknown[] = [];
    const held = { why: 'destination-full', neededBytes: 4096, freeBytes: 0 };
    const script = `${progress}
      process.send({ message: 'held', held: ${JSON.stringify(held)} });
      process.send({ message: 'warning', code: 'READY', text: 'now' });
      process.on('message', ({ message }) => {
        if (message !== 'cancel') return;
        process.send({ message: 'failed', error: { code: 'INTERRUPTED', facts: {} } });
      });`;
    const abort = new AbortController();
    const running = runTask(task, {
      startWorker: () => workerOf(script),
      authorizer: null,
      signal: abort.signal,
      clock,
      stallLimits: { ...limits, silence: 10_000 },
      onHeld: (now) => heard.push(now),
      onStall: (stall) => heard.push(stall),
      onWarning: () => {
        clock.pass(3000);
        abort.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(heard).toEqual([held]);
  });
});

describe('a worker that is cancelled', () => {
  const script = `process.on('message', ({ message, keep }) => {
      if (message === 'start') process.send({ message: 'warning', code: 'READY', text: '' });
      else process.send({ message: 'failed', error: { code: 'INTERNAL', facts: { detail: String(keep) } } });
    });`;

  it.each([
    [undefined, 'false'],
    [() => false, 'false'],
    [() => true, 'true'],
  ])('is told whether what is done is to stay', async (keepOnAbort, expected) => {
    const abort = new AbortController();
    const running = runTask(task, {
      startWorker: () => workerOf(script),
      authorizer: null,
      signal: abort.signal,
      ...(keepOnAbort ? { keepOnAbort } : {}),
      onWarning: () => abort.abort(),
    });
    await expect(running).rejects.toMatchObject({
      code: 'INTERRUPTED',
      cause: { code: 'INTERNAL', facts: { detail: expected } },
    });
  });
});

const progress = `process.send({ message: 'progress', progress: {
  phase: 'reading', bytes: 1, total: 2, bytesPerSecond: null, secondsLeft: null } });`;
