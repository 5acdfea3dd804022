/** Cards that somebody has tampered with, given to a real worker process: it answers or refuses, and never dies of them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyChanges } from '../../scripts/fuzz/change.ts';
import { CaseRunner } from '../../scripts/fuzz/run-case.ts';
import { loadSeed, seedNames } from '../../scripts/fuzz/seed.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { explain } from '../../src/engine/explain.ts';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { temporaryFolder } from '../support/file-systems.ts';

const CARDS = 60;
const options = { startWorker: startNodeWorker, authorizer: null };

describe('a worker', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let slot: string;
  beforeEach(() => {
    folder = temporaryFolder();
    slot = join(folder.path, 'slot');
    mkdirSync(slot);
  });
  afterEach(() => folder.remove());

  it('describes and checks hostile cards, or says what is wrong', {
    timeout: 30 * 60_000,
  }, async () => {
    const names = seedNames().filter((name) => /^(card|ext|fat)/.test(name));
    const runner = new CaseRunner(folder.path);
    const source = {
      slot,
      allowDiskImage: false,
      allowOtherExternal: false,
      neverTouch: [],
      door: null,
    };
    const target = join(folder.path, 'hostile.img');
    const codes: string[] = [];
    let answered = 0;
    for (let number = 1; number <= CARDS; number++) {
      const tried = await runner.caseOf(number, names);
      if (!('seed' in tried)) throw new Error('not a card');
      const { content } = loadSeed(tried.seed);
      applyChanges(content, tried.changes);
      writeFileSync(target, content.subarray(0, tried.cut ?? undefined));
      for (const task of [
        { task: 'inspect', target, source } as const,
        {
          task: 'check',
          target,
          source,
          quick: number % 4 > 0,
          hash: false,
          recordsFolder: folder.path,
        } as const,
      ]) {
        try {
          await runTask(task, options);
          answered++;
        } catch (error) {
          if (!isPiKeepError(error)) throw error;
          expect(explain(error).message).not.toBe('');
          codes.push(error.code);
        }
      }
    }
    expect(
      codes.filter((code) => ['WORKER_DIED', 'INTERNAL', 'BAD_MESSAGE', 'STALLED'].includes(code)),
    ).toEqual([]);
    expect(answered).toBeGreaterThan(CARDS);
  });
});
