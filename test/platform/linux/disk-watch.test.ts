import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { watchDisks } from '../../../src/platform/linux/disk-watch.ts';
import { type LinuxTools, systemTools } from '../../../src/platform/linux/tools.ts';
import type { Closable } from '../../../src/platform/ports.ts';
import { eventually } from '../../support/eventually.ts';
import { attachLoop, type LoopDevice } from '../../support/loop.ts';
import { type ScriptTool, scriptTool } from '../../support/script-tool.ts';
import { needsLoop, needsSystem } from '../../support/tools.ts';

const module = new URL('../../../src/platform/linux/disk-watch.ts', import.meta.url).href;

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

  describe('where udev runs', () => {
    let tool: ScriptTool | null = null;
    afterEach(async () => {
      await tool?.remove();
      tool = null;
    });
    /** Speaks like udevadm, waits for the file `go`, tells of one event, and goes on waiting, or ends. */
    async function udev(then: string): Promise<{ tools: LinuxTools; control: string; go: string }> {
      const go = join(folder, `go-${then.length}`);
      const control = join(folder, 'control');
      await writeFile(control, '');
      tool = await scriptTool(`echo 'monitor will print the received events for:'
        while [ ! -e '${go}' ]; do sleep 0.05; done
        echo 'UDEV  [1.0] add /devices/x/block/sdx (block)'; ${then}`);
      return { tools: { ...systemTools, udevadm: tool.program }, control, go };
    }

    test('its events are heard', async () => {
      const { tools, control, go } = await udev('exec sleep 60');
      let calls = 0;
      watching = watchDisks(
        tools,
        () => {
          calls += 1;
        },
        control,
      );
      await eventually('the first look', () => calls > 0);
      const before = calls;
      await writeFile(go, '');
      await eventually('a call for the event', () => calls > before, 2000);
      expect(await tool?.calls()).toEqual([['monitor', '--udev', '--subsystem-match=block']]);
    });

    test('it is started again when it dies', async () => {
      const { tools, control, go } = await udev('exit 1');
      await writeFile(go, '');
      watching = watchDisks(tools, () => {}, control);
      await eventually('a second start', async () => ((await tool?.calls()) ?? []).length > 1);
    });

    test('a program that watches may end nevertheless', async () => {
      const { tools, control, go } = await udev('exit 0 # and then');
      const script = `import { watchDisks } from '${module}';
        watchDisks(${JSON.stringify(tools)}, () => {}, '${control}');`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
      await eventually('the program ends', () => child.exitCode !== null);
      expect(child.exitCode).toBe(0);
      await writeFile(go, '');
    });
  });

  test('does not keep a program from ending', async () => {
    const tools = JSON.stringify(systemTools);
    const script = `import { watchDisks } from '${module}'; watchDisks(${tools}, () => {});`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    await eventually('the program ends', () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
