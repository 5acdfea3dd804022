import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/worker/check-results.ts';
import { runCheck } from '../../src/worker/check-task.ts';
import { runInspect } from '../../src/worker/inspect-task.ts';
import type { CheckTask } from '../../src/worker/tasks.ts';
import { runVerify } from '../../src/worker/verify-task.ts';
import { cardTools, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { tool } from '../support/file-systems.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const ZIP =
  'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1][:-3] + "zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1); z.write(sys.argv[1], "foreign.img"); z.close()';

describe.skipIf(needsTools(...cardTools, 'xz', 'gzip', 'python3'))(
  'the check of an image that is not where or as it was made',
  () => {
    let rig: SlotRestore;
    let image: string;
    beforeEach(async () => {
      rig = slotRestore();
      image = await rig.backUp();
    });
    afterEach(() => rig.remove());

    const check = (target: string, more: Partial<CheckTask> = {}): Promise<CheckResult> => {
      const { source, recordsFolder } = rig;
      const options = { quick: false, hash: false, ...more };
      return runCheck({ task: 'check', target, source, recordsFolder, ...options }, taskContext());
    };
    const faults = ({ checks }: CheckResult): string[] =>
      checks
        .filter(({ state }) => state !== 'ok')
        .map(({ name, state, detail }) => `${state} ${name}: ${detail}`);

    it.each([
      ['xz', 'img.xz', (name: string) => tool('xz', ['-k', '-1', name])],
      ['gzip', 'img.gz', (name: string) => tool('gzip', ['-k', '-1', name])],
      ['zip', 'zip', (name: string) => tool('python3', ['-c', ZIP, name])],
    ] as const)(
      'looks into an image of another program once it is unpacked: %s',
      async (_, ending, pack) => {
        const plain = join(rig.folder, 'foreign.img');
        renameSync(image, plain);
        pack(plain);
        rmSync(plain);
        const packed = join(rig.folder, `foreign.${ending}`);
        const cacheFolder = join(rig.folder, 'cache');
        const before = await check(packed, { cacheFolder });
        expect(before).toMatchObject({ verdict: 'unknown', bytes: null });
        expect(faults(before)).toContainEqual(
          expect.stringMatching(/^remark content: This image was packed by another program/),
        );
        expect(existsSync(cacheFolder)).toBe(false);
        const unpacked = await check(packed, { cacheFolder, unpack: true });
        expect(unpacked).toMatchObject({
          verdict: 'unknown',
          title: 'octopi',
          bytes: SMALL_CARD_BYTES,
        });
        const manifest = expect.stringMatching(/^remark manifest: There is no manifest/);
        expect(faults(unpacked)).toEqual([manifest]);
        expect(unpacked.checks.map(({ name }) => name)).toContain('command line');
        const { source } = rig;
        const inspect = (where: string) =>
          runInspect(
            { task: 'inspect', target: packed, source, cacheFolder: where },
            taskContext(),
          );
        expect(await inspect(cacheFolder)).toMatchObject({
          title: 'octopi',
          bytes: SMALL_CARD_BYTES,
        });
        const empty = join(rig.folder, 'empty');
        await expect(inspect(empty)).rejects.toMatchObject({ code: 'NEEDS_UNPACKING' });
        const again = await check(packed, { cacheFolder });
        expect(faults(again)).toEqual([manifest]);
        // The other file of that name is not what was unpacked.
        writeFileSync(packed, Buffer.concat([readFileSync(packed), Buffer.alloc(1)]));
        expect((await check(packed, { cacheFolder })).bytes).toBeNull();
      },
    );

    it('goes by the manifest of an image that was renamed, or moved away from it', async () => {
      const renamed = join(dirname(image), 'kitchen.img');
      renameSync(image, renamed);
      expect(await check(renamed)).toMatchObject({ verdict: 'good', title: 'octopi' });
      const moved = join(rig.library, 'kitchen.img');
      renameSync(renamed, moved);
      expect((await check(moved)).verdict).toBe('unknown');
      const { library } = rig;
      expect(await check(moved, { library })).toMatchObject({ verdict: 'good', title: 'octopi' });
      const verify = { task: 'verify', image: moved } as const;
      await expect(runVerify(verify, taskContext())).rejects.toMatchObject({
        code: 'MANIFEST_MISSING',
      });
      expect(await runVerify({ ...verify, library }, taskContext())).toMatchObject({
        image: moved,
      });
    });
  },
);
