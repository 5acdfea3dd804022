import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardOf, fileBackup } from '../support/library.ts';
import { needsSystem, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep, temporaryFolder } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

describe('the history of Pis', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
    for (const month of [1, 2, 3]) {
      const at = `2026-0${month}-01T12:00:00.000Z`;
      fileBackup(library, { file: `octopi/${month}.img`, at, strong: cardOf('11111111') });
    }
    fileBackup(library, {
      file: 'other.img',
      at: '2026-01-01T12:00:00.000Z',
      strong: cardOf('22222222'),
    });
  });
  afterEach(() => folder.remove());

  /** With a home of its own, whose Trash is used. */
  const run = (...args: string[]): Promise<Ended> =>
    pikeep([...args, '--library', library], {
      env: { HOME: folder.path, XDG_DATA_HOME: '', XDG_CONFIG_HOME: join(folder.path, 'config') },
    });
  async function json(...args: string[]): Promise<Ended> {
    const ended = await run(...args, '--json');
    expect(undocumented(ended.events)).toEqual([]);
    return ended;
  }

  it('is shown by Pi, and names follow the card', async () => {
    const named = await json(
      ...['pi', '11111111', '--name', 'Kitchen', '--note', 'by the window', '--colour', 'teal'],
      ...['--remind', '30', '--hands-free', 'on', '--keep', 'last=2', '--verify-every', '90'],
    );
    expect(named).toMatchObject({
      code: 0,
      last: {
        ...{ key: 'table 11111111', name: 'Kitchen', note: 'by the window', colour: 'teal' },
        ...{ remindDays: 30, handsFree: true, keep: { last: 2 }, verifyEveryDays: 90 },
      },
    });
    mkdirSync(join(library, 'moved'));
    renameSync(join(library, 'octopi/3.img'), join(library, 'moved/x.img'));
    const { last } = await json('history');
    expect(last['pis']).toMatchObject([
      { name: 'Kitchen', hostname: 'octopi', backups: [{}, {}, {}] },
      { name: 'octopi', backups: [{ image: join(library, 'other.img') }] },
    ]);
    const text = await run('history', '--search', 'WINDOW');
    expect(text.stdout).toMatch(/^Kitchen — last backed up \d+ days ago\n {2}by the window\n/);
    expect(text.stdout).toContain('moved/x.img');
    expect(text.stdout).not.toContain('other.img');
    const cleared = await json('pi', 'kitchen', '--name', '', '--colour', 'none', '--keep', 'all');
    expect(cleared.last).toMatchObject({ name: 'octopi', colour: null, keep: null });
  });

  it('asks which Pi is meant when two have one name', async () => {
    const ended = await json('history', 'octopi');
    expect(ended).toMatchObject({ code: 2, last: { code: 'USAGE' } });
    expect(ended.last['message']).toMatch(/2 Pis called “octopi”.*11111111/);
    for (const words of [
      ['pi', '11111111', '--remind', '0'],
      ['pi', '11111111', '--keep', 'last=0'],
      ['pi', '--name', 'x'],
      ['forget', '11111111'],
      ['forget', '11111111', '--keep-last', '0'],
      ['forget', '11111111', '--keep-last', '1'],
      ['history', 'nobody'],
    ]) {
      expect((await json(...words)).code).toBe(2);
    }
    expect(readdirSync(join(library, 'octopi'))).toHaveLength(9);
  });

  it('is shortened by rules: shown first, then moved to the Trash', async () => {
    const shown = await run('forget', '11111111', '--keep-last', '1', '--dry-run');
    expect(shown.stdout).toMatch(/stays .*octopi\/3\.img +last\n.*goes .*octopi\/2\.img/);
    expect(readdirSync(join(library, 'octopi'))).toHaveLength(9);
    const done = await json('forget', '11111111', '--keep-last', '1', '--yes');
    expect(done).toMatchObject({ code: 0, last: { where: 'trash' } });
    expect(done.last['forgotten']).toEqual(
      ['2', '1'].map((nr) => join(library, `octopi/${nr}.img`)),
    );
    expect(readdirSync(join(library, 'octopi')).sort()).toEqual([
      ...['3.bmap', '3.img', '3.img.pikeep.json'],
    ]);
    if (needsSystem('linux')) return;
    const trash = join(folder.path, '.local/share/Trash/files');
    expect(readdirSync(trash).sort()).toEqual([
      ...['1.bmap', '1.img', '1.img.pikeep.json', '2.bmap', '2.img', '2.img.pikeep.json'],
    ]);
  });

  it('is shortened for good only when asked to', async () => {
    await run('pi', '11111111', '--keep', 'last=2');
    const done = await json('forget', '11111111', '--yes', '--delete');
    expect(done.last).toMatchObject({ where: 'deleted', forgotten: [{}] });
    expect(readdirSync(folder.path)).not.toContain('.local');
  });
});

describe.skipIf(needsTools(...cardTools))('a card in the slot', () => {
  let rig: SlotRig;
  beforeEach(async () => {
    rig = await slotRig();
    rig.insert();
  });
  afterEach(() => rig.remove());

  it('looks like the Pi that it was backed up as', async () => {
    const list = async () => {
      const { events, last } = await pikeep(['list', '--json', ...rig.options]);
      expect(undocumented(events)).toEqual([]);
      return last['disks'];
    };
    expect(await list()).toMatchObject([{ backup: 'never backed up', looksLike: [], twins: [] }]);
    expect((await pikeep(['backup', 'octopi', '--json', ...rig.options])).code).toBe(0);
    rig.insert('copy.img');
    expect(await list()).toMatchObject(
      ['copy.img', 'octopi.img'].map((twin) => ({
        looksLike: [{ name: 'octopi', likeness: 'card', lastBackup: { days: 0, state: 'proven' } }],
        twins: [twin === 'copy.img' ? 'octopi.img' : 'copy.img'],
        backup: expect.stringMatching(/^looks like octopi — last backed up today; .*copies/),
      })),
    );
    const text = await pikeep(['list', ...rig.options]);
    expect(text.stdout).toContain('octopi.img: looks like octopi — last backed up today');
  });
});
