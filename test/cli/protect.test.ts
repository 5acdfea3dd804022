import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyImage } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

let rig: SlotRig;

/** With settings of its own. */
async function run(...args: string[]): Promise<Ended> {
  const env = { XDG_CONFIG_HOME: join(rig.folder, 'config') };
  const ended = await pikeep([...args, '--json', ...rig.options], { env });
  expect(undocumented(ended.events)).toEqual([]);
  return ended;
}

describe.skipIf(needsTools(...cardTools))('a disk that nobody may touch', () => {
  beforeEach(async () => {
    rig = await slotRig();
    rig.insert();
  });
  afterEach(() => rig.remove());

  it('is refused by every command until the mark is taken away', async () => {
    const marked = await run('protect', 'octopi');
    expect(marked).toMatchObject({ code: 0, last: { disk: 'octopi.img', added: 3 } });
    const keys = marked.last['keys'] as string[];
    expect(keys[0]).toBe('table 5e3da3da');
    const again = await run('protect', 'octopi');
    expect(again.last['added']).toBe(0);

    const before = readFileSync(join(rig.slot, 'octopi.img'));
    for (const words of [
      ['backup', 'octopi'],
      ['inspect', 'octopi'],
      ['restore', rig.card, 'octopi', '--yes'],
      ['restore', '--undo', 'octopi', '--yes'],
    ]) {
      const refused = await run(...words);
      expect(refused).toMatchObject({
        code: 4,
        last: { code: 'PROTECTED_DISK', facts: { reason: 'never-touch' } },
      });
    }
    expect(readFileSync(join(rig.slot, 'octopi.img')).equals(before)).toBe(true);
    const listed = await run('list', '--all');
    expect(listed.last['disks']).toMatchObject([
      { verdict: 'refused', reason: 'never-touch', protected: true },
    ]);

    const { last } = await run('protect', '--list');
    const marks = last['neverTouch'] as { key: string; name: string }[];
    expect(marks.map(({ key }) => key)).toEqual(keys);
    const removed = await run('protect', '--remove', marks[0]?.name ?? '');
    expect(removed.last['removed']).toBe(keys.length);
    expect((await run('inspect', 'octopi')).code).toBe(0);
  });

  it('stays marked when only one of its keys is taken away', async () => {
    await run('protect', 'octopi');
    expect((await run('protect', '--remove', 'table 5e3da3da')).last['removed']).toBe(1);
    expect((await run('inspect', 'octopi')).code).toBe(4);
  });

  it('has to have something it can be known by', async () => {
    emptyImage(join(rig.slot, 'empty.img'), 1024 * 1024);
    const { code, last } = await run('protect', 'empty');
    expect(code).toBe(1);
    expect(last).toMatchObject({ code: 'UNSUPPORTED' });
    expect(last['message']).toContain('no identifier');
  });
});

describe.skipIf(needsTools(...cardTools))('the settings', () => {
  beforeEach(async () => {
    rig = await slotRig();
  });
  afterEach(() => rig.remove());

  it('are shown, changed one at a time, and kept for the next command', async () => {
    expect((await run('settings')).last).toMatchObject({
      library: '/nonexistent/PiKeep',
      ejectWhenDone: false,
      showOtherExternal: false,
      neverTouch: [],
    });
    await run('settings', 'show-other-external', 'on');
    await run('settings', 'eject-when-done', 'on');
    const changed = await run('settings', 'library', rig.library);
    expect(changed.last).toMatchObject({
      library: rig.library,
      ejectWhenDone: true,
      showOtherExternal: true,
    });
    expect((await run('settings', 'eject-when-done', 'off')).last['ejectWhenDone']).toBe(false);
    expect((await run('settings', 'eject-when-done')).last['value']).toBe('off');
    for (const [name, value, saved] of [
      ['format', 'img.zst', { format: 'img.zst' }],
      ['verify', 'card', { verify: 'card' }],
      ['remind', '30', { remindDays: 30 }],
      ['remind', 'off', { remindDays: null }],
      ['exclude-from-time-machine', 'on', { excludeFromTimeMachine: true }],
      ['language', 'zh-Hans', { language: 'zh-Hans' }],
    ] as const) {
      expect((await run('settings', name, value)).last).toMatchObject(saved);
      expect((await run('settings', name)).last).toMatchObject({ name, value });
    }
    const file = changed.last['file'] as string;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ showOtherExternal: true });
  });

  it('cannot be saved where nobody may write, and say so', async () => {
    const config = join(rig.folder, 'config');
    emptyImage(config, 1);
    chmodSync(config, 0o444);
    const { code, last } = await run('settings', 'eject-when-done', 'on');
    expect(code).toBe(1);
    expect(last).toMatchObject({ code: 'SETTINGS_INVALID' });
  });
});
