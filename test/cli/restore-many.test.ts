import { chmodSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { type RestoreRig, restoreRig } from './restore-rig.ts';
import { pikeep } from './run-pikeep.ts';
import { cardTools } from './small-card.ts';

let rig: RestoreRig;

describe.skipIf(needsTools(...cardTools))('restoring several cards at once', () => {
  beforeAll(async () => {
    rig = await restoreRig();
  });
  afterAll(() => rig.remove());
  afterEach(() => rig.emptySlot());

  it('gives each its own progress and outcome', async () => {
    const cards = ['a', 'b', 'c'].map((name) => rig.insertOld(`${name}.img`));
    const { code, events, last } = await rig.restore([rig.image, 'a', 'b', 'c', '--yes']);
    expect(code).toBe(0);
    for (const card of cards) expect(rig.isRestored(card)).toBe(true);
    expect(last).toMatchObject({
      event: 'done',
      restored: ['a.img', 'b.img', 'c.img'],
      failed: [],
    });
    for (const disk of ['a.img', 'b.img', 'c.img']) {
      const own = events.filter((event) => event['disk'] === disk);
      expect(own.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['writing', 'proving']));
      expect(own.at(-1)).toMatchObject({ event: 'restored', title: 'octopi' });
    }
  });

  it('is not disturbed by one that fails, whose exit code counts', async () => {
    const first = rig.insertOld('a.img');
    const locked = rig.insertOld('b.img');
    const third = rig.insertOld('c.img');
    const before = readFileSync(locked);
    chmodSync(locked, 0o444);
    const { code, events, last } = await rig.restore([rig.image, 'a', 'b', 'c', '--yes']);
    expect(code).toBe(4);
    expect(last).toMatchObject({ restored: ['a.img', 'c.img'], failed: ['b.img'] });
    expect(events.find(({ event }) => event === 'failed')).toMatchObject({
      disk: 'b.img',
      code: 'WRITE_PROTECTED',
    });
    expect(rig.isRestored(first)).toBe(true);
    expect(rig.isRestored(third)).toBe(true);
    expect(readFileSync(locked).equals(before)).toBe(true);
  });

  it('names the disk in every line for people', async () => {
    rig.insertOld('a.img');
    rig.insertOld('b.img');
    const args = ['restore', rig.image, 'a', 'b', '--yes', ...rig.options];
    const { code, stdout, stderr } = await pikeep(args);
    expect(code).toBe(0);
    for (const disk of ['a.img', 'b.img']) {
      expect(stderr).toMatch(new RegExp(`^${disk}: Writing .*100%`, 'm'));
      expect(stdout).toContain(`octopi is restored to ${disk}.`);
    }
    expect(stderr).not.toMatch(/^Writing/m);
    expect(stdout).toContain('2 of 2 cards restored.');
  });

  it('writes none when one of the names is wrong', async () => {
    const card = rig.insertOld('a.img');
    const before = readFileSync(card);
    for (const [names, exit] of [
      [['a', 'nix'], 1],
      [['a', 'a.img'], 2],
    ] as const) {
      expect((await rig.restore([rig.image, ...names, '--yes'])).code).toBe(exit);
    }
    expect(readFileSync(card).equals(before)).toBe(true);
  });
});
