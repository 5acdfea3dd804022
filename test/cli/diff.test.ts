import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileBackup } from '../support/library.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools, makeSmallCard } from './small-card.ts';

const DAYS = ['2026-09-30', '2026-10-05', '2026-10-31'] as const;

describe.skipIf(needsTools(...cardTools))('what changed between two days of a Pi', () => {
  let rig: SlotRig;
  const images: string[] = [];
  const run = (...args: string[]): Promise<Ended> =>
    pikeep([...args, ...rig.options], { env: { XDG_CACHE_HOME: join(rig.folder, 'cache') } });

  /** The backup of one state of the card, and the manifest says that it was made on this day. */
  async function backUp(day: string, hostname: string): Promise<void> {
    rmSync(rig.card);
    await makeSmallCard(rig.card, { hostname });
    rig.insert();
    const image = join(rig.library, `${day}.img`);
    const made = await run('backup', 'octopi', '--to', image, '--json');
    expect(made.last).toMatchObject({ event: 'done', image });
    const manifest = `${image}.pikeep.json`;
    const text = readFileSync(manifest, 'utf8');
    // Midday here: the same day wherever the test runs.
    const at = new Date(`${day}T12:00:00`).toISOString();
    rmSync(manifest);
    const dated = text.replaceAll(/"(started|copied|finished)":"[^"]*"/g, `"$1":"${at}"`);
    expect(dated).not.toBe(text);
    writeFileSync(manifest, dated);
    images.push(image);
  }

  beforeAll(async () => {
    rig = await slotRig();
    await backUp(DAYS[0], 'octopi');
    await backUp(DAYS[1], 'octopi-five');
    await backUp(DAYS[2], 'octopi-six');
  }, 120_000);
  afterAll(() => rig?.remove());

  it.each([
    ['no day: the two newest', [], 1, 2],
    ['one day: that one and the newest', ['2026-10-01'], 0, 2],
    ['two days, each of them or the last one before', ['2026-10-04', '2026-10-05'], 0, 1],
    ['days after all', ['2026-10-30', '2031-01-01'], 1, 2],
  ] as const)('%s', async (_, days, older, newer) => {
    const ended = await run('diff', '5e3da3da', ...days, '--json');
    expect(undocumented(ended.events)).toEqual([]);
    expect(ended.events[0]).toMatchObject({
      ...{ older: images[older], newer: images[newer], pi: 'table 5e3da3da' },
    });
    expect(ended.events.filter(({ event }) => event === 'change')).toMatchObject([
      { change: 'changed', path: '/etc/hostname', what: ['content'] },
    ]);
    expect(ended).toMatchObject({ code: 0, last: { changes: 1 } });
  });

  it('says in words what it compares', async () => {
    const { stdout, stderr } = await run('diff', '5e3da3da', '2026-10-01', '2026-10-06');
    expect(stderr).toContain(
      'files of octopi-six of 2026-09-30 12:00 with those of octopi-six of 2026-10-05 12:00',
    );
    expect(stdout).toMatch(/^\* 2:\/etc\/hostname \(content/m);
  });

  it.each([
    [['5e3da3da', '2026-09-29', '2026-10-05'], /no backup.*2026-09-29 or before.*2026-09-30/s],
    [['5e3da3da', '2026-10-05', '2026-10-06'], /Both sides are the backup of 2026-10-05/],
    [['5e3da3da', '2026-10-31', '2026-10-05'], /earlier day first/],
    [['5e3da3da', '2026-02-31', '2026-10-05'], /“2026-02-31” is no day/],
    [['5e3da3da', 'yesterday', 'today'], /“yesterday” is no day/],
    [['nobody'], /no backup of a Pi called “nobody”/],
    [['nobody', '2026-10-05'], /no backup of a Pi called “nobody”/],
  ] as const)('refuses %j', async (args, words) => {
    const ended = await run('diff', ...args, '--json');
    expect(ended).toMatchObject({ code: 2, last: { event: 'error', code: 'USAGE' } });
    expect(ended.last['message']).toMatch(words);
  });

  it('refuses a Pi with one backup, and a name that two Pis have', async () => {
    const strong = { tableId: '0badcafe', fileSystems: [], hostname: 'octopi-six' };
    const other = fileBackup(rig.library, {
      file: 'other.img',
      title: 'octopi-six',
      at: '2026-10-02T12:00:00.000Z',
      strong,
    });
    try {
      const alone = await run('diff', '0badcafe', '--json');
      expect(alone).toMatchObject({ code: 2, last: { code: 'USAGE' } });
      expect(alone.last['message']).toMatch(/only one backup/);
      const both = await run('diff', 'octopi-six', '--json');
      expect(both).toMatchObject({ code: 2, last: { code: 'USAGE' } });
      expect(both.last['message']).toMatch(/2 Pis called “octopi-six”/);
    } finally {
      for (const file of [other, `${other}.pikeep.json`]) rmSync(file);
    }
  });
});
