import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { clearLeftover, findLeftovers } from '../../src/library/leftovers.ts';
import type { BackupResult } from '../../src/worker/results.ts';
import { runTask, type StartWorker } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { startPikeep } from '../cli/run-pikeep.ts';
import {
  type CutOffRig,
  cutOffRig,
  cutOffTools,
  makeCutOffCard,
} from '../support/cut-off-backup.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 600_000;
/** Kills of each format, spread over the backup. */
const KILLS = 8;
const USED = 215 * MIB;

describe.skipIf(needsTools(...cutOffTools))('a backup whose process ends', () => {
  const made = temporaryFolder();
  const original = join(made.path, 'card.img');
  let rig: CutOffRig;
  beforeAll(() => makeCutOffCard(original), LIMIT_MS);
  afterAll(() => made.remove());
  beforeEach(() => {
    rig = cutOffRig(original);
  });
  afterEach(() => rig.remove());

  /** With SIGKILL, once so many bytes of any phase have been worked on after the card was opened. */
  const killedAt = async (task: BackupTask, bytes: number): Promise<BackupResult | null> => {
    let kill = (): void => undefined;
    const startWorker: StartWorker = () => {
      const worker = startNodeWorker();
      kill = () => worker.kill();
      return worker;
    };
    let before = 0;
    let phase = '';
    let last = 0;
    try {
      return await runTask(task, {
        startWorker,
        authorizer: null,
        onProgress(progress) {
          if (progress.phase !== phase) before += last;
          phase = progress.phase;
          last = progress.bytes;
          if (phase !== 'opening' && before + last >= bytes) kill();
        },
      });
    } catch (error) {
      if (!isPiKeepError(error, 'WORKER_DIED')) throw error;
      return null;
    }
  };

  it.each(['img', 'img.gz', 'img.zst'] as const)(
    'by kill -9, again and again, is carried on to the card: .%s',
    async (format) => {
      let continued = 0;
      let result: BackupResult | null = null;
      for (let count = 0; result === null; count++) {
        const [left] = await findLeftovers(rig.library);
        if (left && !left.unfinished) await clearLeftover(rig.library, left.file);
        const from = left?.unfinished ? left.file : null;
        if (from) continued++;
        const at = count < KILLS ? ((count + 1) / KILLS) * USED * 1.5 : Number.POSITIVE_INFINITY;
        result = await killedAt(rig.task({ format, continueFrom: from }), at);
        const finals = readdirSync(rig.library, { recursive: true, encoding: 'utf8' });
        expect(finals.some((name) => name.endsWith(`.${format}`))).toBe(result !== null);
      }
      expect(continued).toBeGreaterThan(0);
      await rig.judge(result);
      const beside = readdirSync(dirname(result.image)).filter((name) => name.includes('partial'));
      expect(beside).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'by SIGTERM is carried on from the command line, as it was begun',
    async () => {
      const hasCheckpoint = (): boolean =>
        readdirSync(rig.library, { recursive: true, encoding: 'utf8' }).some((name) =>
          name.endsWith('.checkpoint'),
        );
      const args = ['backup', 'octopi.img', '--json', '--slot', rig.slot, '--library', rig.library];
      const running = startPikeep([...args, '--format', 'img.zst']);
      await running.untilEvent(({ event }) => event === 'progress' && hasCheckpoint());
      running.child.kill('SIGTERM');
      const ended = await running.ended;
      expect(ended.code).toBe(130);
      expect(ended.events.some(({ code }) => code === 'UNFINISHED')).toBe(true);
      const usage = await startPikeep([...args, '--continue', '--format', 'img']).ended;
      expect(usage.last).toMatchObject({ event: 'error', code: 'USAGE' });
      const second = await startPikeep([...args, '--continue']).ended;
      expect(second.events[0]).toMatchObject({ event: 'start' });
      expect(String(second.events[0]?.['continuesFrom'])).toMatch(/\.img\.zst\.partial$/);
      expect(second.last).toMatchObject({ event: 'done' });
      expect(Number(second.last['continuedBytes'])).toBeGreaterThanOrEqual(60 * MIB);
      await rig.judge(second.last as unknown as BackupResult);
      const third = await startPikeep([...args, '--continue']).ended;
      expect(third.last).toMatchObject({ event: 'error', code: 'NOTHING_TO_CONTINUE' });
      expect(third.code).toBe(1);
    },
    LIMIT_MS,
  );
});
