import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { watchDisks } from '../../../src/platform/linux/disk-watch.ts';
import { systemTools } from '../../../src/platform/linux/tools.ts';
import type { Closable } from '../../../src/platform/ports.ts';
import { eventually } from '../../support/eventually.ts';
import { attachLoop, type LoopDevice } from '../../support/loop.ts';
import { needsLoop, needsSystem } from '../../support/tools.ts';

describe.skipIf(needsSystem('linux') || needsLoop())('watching the disks', () => {
  let folder = '';
  let image = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-watch-'));
    image = join(folder, 'card.img');
    const file = await open(image, 'wx');
    await file.truncate(1024 * 1024);
    await file.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  let loop: LoopDevice | null = null;
  let watching: Closable | null = null;
  afterEach(async () => {
    await watching?.close();
    await loop?.detach();
    watching = null;
    loop = null;
  });

  test('tells within a moment when a card comes and when it goes, and nothing after it was closed', async () => {
    let calls = 0;
    watching = watchDisks(systemTools, () => {
      calls += 1;
    });
    // What was there before the watch began is no change; others may be at work on this computer, though.
    const before = calls;
    loop = await attachLoop(image);
    await eventually('a call for the card that came', () => calls > before, 2000);
    const between = calls;
    await loop.detach();
    loop = null;
    await eventually('a call for the card that went', () => calls > between, 2000);
    await watching.close();
    await watching.close();
    const after = calls;
    loop = await attachLoop(image);
    await loop.detach();
    loop = null;
    // One round of a second watch, which does see it, is long enough for the closed one to have spoken.
    let seen = 0;
    watching = watchDisks(systemTools, () => {
      seen += 1;
    });
    loop = await attachLoop(image);
    await eventually('the second watch sees a card', () => seen > 0, 2000);
    expect(calls).toBe(after);
  });

  test('does not keep a program from ending', async () => {
    const module = new URL('../../../src/platform/linux/disk-watch.ts', import.meta.url).href;
    const tools = JSON.stringify(systemTools);
    const script = `import { watchDisks } from '${module}'; watchDisks(${tools}, () => {});`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    await eventually('the program ends', () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
