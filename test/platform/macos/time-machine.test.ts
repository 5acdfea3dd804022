import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTimeMachine } from '../../../src/platform/macos/time-machine.ts';
import { systemPlaces } from '../../../src/platform/macos/tools.ts';
import { followTimeMachine } from '../../../src/platform/settings.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { type ScriptTool, scriptTool } from '../../support/script-tool.ts';

/** What Time Machine does is not played here, only what it is asked, and what is made of its answer. */
describe('Time Machine', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let tool: ScriptTool | null = null;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    folder.remove();
    await tool?.remove();
    tool = null;
  });
  async function tmutil(body: string) {
    tool = await scriptTool(body);
    const { program, calls } = tool;
    return {
      timeMachine: createTimeMachine({ tools: { ...systemPlaces.tools, tmutil: program } }),
      calls: () => calls.call(tool),
    };
  }

  it('leaves out the library while that is wished, wherever it is', async () => {
    const { timeMachine, calls } = await tmutil('[ -d "$2" ] || exit 1');
    const [one, other] = [join(folder.path, 'a "b" $(c)'), join(folder.path, 'other')];
    const off = { library: one, excludeFromTimeMachine: false };
    const on = { library: one, excludeFromTimeMachine: true };
    const moved = { library: other, excludeFromTimeMachine: true };
    await followTimeMachine(timeMachine, off, off);
    expect(await calls()).toEqual([]);
    await followTimeMachine(timeMachine, off, on);
    await followTimeMachine(timeMachine, on, on);
    await followTimeMachine(timeMachine, on, moved);
    await followTimeMachine(timeMachine, moved, { ...moved, excludeFromTimeMachine: false });
    expect(await calls()).toEqual([
      ['addexclusion', one],
      ['addexclusion', other],
      ['removeexclusion', one],
      ['removeexclusion', other],
    ]);
    // Only what is there can be left out.
    expect(existsSync(other)).toBe(true);
  });

  it('is never asked to leave out the home folder, nor what it lies in', async () => {
    const { timeMachine, calls } = await tmutil('exit 0');
    const home = join(folder.path, 'ann');
    mkdirSync(home);
    symlinkSync(home, join(folder.path, 'link'));
    for (const library of [home, folder.path, '/', join(folder.path, 'link')]) {
      const off = { library, excludeFromTimeMachine: false };
      await expect(
        followTimeMachine(timeMachine, off, { ...off, excludeFromTimeMachine: true }, home),
      ).rejects.toMatchObject({ code: 'USAGE' });
    }
    expect(await calls()).toEqual([]);
    const library = join(home, '..PiKeep');
    const off = { library, excludeFromTimeMachine: false };
    await followTimeMachine(timeMachine, off, { ...off, excludeFromTimeMachine: true }, home);
    expect(await calls()).toEqual([['addexclusion', library]]);
  });

  it('makes the folder that it leaves out, but none above it: that may be a disk that is not connected', async () => {
    const { timeMachine, calls } = await tmutil('exit 0');
    const off = { library: join(folder.path, 'disk', 'PiKeep'), excludeFromTimeMachine: false };
    await expect(
      followTimeMachine(timeMachine, off, { ...off, excludeFromTimeMachine: true }),
    ).rejects.toMatchObject({ code: 'DESTINATION_MISSING' });
    expect(existsSync(join(folder.path, 'disk'))).toBe(false);
    expect(await calls()).toEqual([]);
  });

  it('says why it does not, and forgets a library that is gone without a word', async () => {
    const { timeMachine } = await tmutil('echo "$2: not there" >&2; exit 1');
    const gone = { library: join(folder.path, 'gone'), excludeFromTimeMachine: true };
    const here = { library: folder.path, excludeFromTimeMachine: false };
    await followTimeMachine(timeMachine, gone, here);
    await expect(
      followTimeMachine(timeMachine, here, { ...here, excludeFromTimeMachine: true }),
    ).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      facts: { tool: 'tmutil', detail: `${folder.path}: not there` },
    });
  });
});
