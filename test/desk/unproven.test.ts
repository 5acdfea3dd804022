import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUnfinished } from '../../src/desk/hands-free.ts';
import { noticeOf } from '../../src/desk/notices.ts';
import { type WeakIdentity, weakIdentity } from '../../src/engine/disk.ts';
import type { RecordState } from '../../src/library/restore-record.ts';
import { createRecord } from '../../src/library/restore-records.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { plainDisk } from '../support/disk.ts';
import { SlotRig } from './slot-rig.ts';

describe('a card on which a restore was never proven', () => {
  let rig: SlotRig;
  beforeEach(async () => {
    rig = await SlotRig.start();
  });
  afterEach(() => rig.end());

  /** As the worker writes it down; `now` lies later than all before. */
  const note = async (state: RecordState, seen: WeakIdentity, now: number): Promise<void> => {
    const weak = { ...seen, partitions: [...seen.partitions] };
    const at = new Date(now).toISOString();
    const { bytes } = weak;
    await createRecord(
      join(rig.folder, 'records'),
      {
        id: `restore-${now}`,
        state,
        image: { path: '/library/octopi.img', title: 'octopi.img', bytes },
        disk: { id: 'x', path: '/x', mediaName: null, bytes, sectorBytes: 512 },
        weak,
        after: [weak],
        old: { title: 'old', content: 'empty', scheme: 'none', tableId: null, partitions: [] },
        times: { started: at, writing: at, ended: null },
        summary: 'x',
        error: null,
        warnings: [],
        result: null,
        tool: { name: 'PiKeep', version: '0' },
      },
      [],
    );
  };

  it('says so where it is offered, and in the notice, until it was restored again', async () => {
    await rig.insert('first.img');
    const [disk] = await (await createPlatform({ slot: rig.slot })).disks.list();
    if (!disk) throw new Error('the card is not listed');
    await note('proving', weakIdentity(disk), Date.now());
    await rig.desk.rescan();
    const [view] = rig.desk.snapshot.disks;
    expect(view?.warnings).toEqual([expect.stringMatching(/octopi\.img.*never proven/)]);

    // Another card that looks the same is one of those it may be.
    await rig.insert('second.img');
    const told = rig.events.findLast(({ happened }) => happened === 'card-appeared');
    expect(told).toMatchObject({ disk: 'second.img', isUnproven: true });
    if (!told) throw new Error('nothing was told');
    const act = { showPanel: () => undefined, reveal: () => undefined, command: () => undefined };
    expect(noticeOf(told, act).body).toContain('never proven');

    await note('done', weakIdentity(disk), Date.now() + 2000);
    await rig.desk.rescan();
    expect(rig.desk.snapshot.disks.map(({ warnings }) => warnings)).toEqual([[], []]);
  });
});

it('is not backed up by itself', () => {
  expect(isUnfinished(plainDisk({ unproven: 'octopi.img' }))).toBe(true);
  expect(isUnfinished(plainDisk({ unfinished: 'octopi.img' }))).toBe(true);
  expect(isUnfinished(plainDisk())).toBe(false);
});
