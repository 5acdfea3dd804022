import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRESH_HOURS,
  handsFree,
  handsFreeWords,
  type Inserted,
} from '../../src/desk/hands-free.ts';
import { dueReminders, isDue } from '../../src/desk/reminders.ts';
import { dueCheck } from '../../src/desk/schedule.ts';
import { type CheckRecord, checkKey } from '../../src/library/check-records.ts';
import type { LibraryBackup } from '../../src/library/library.ts';
import { groupByPi, type Pi } from '../../src/library/pi-groups.ts';
import { noPreferences, type PiPreferences } from '../../src/library/pi-preferences.ts';
import { recogniseAll } from '../../src/library/recognise.ts';
import { piCard } from './cards.ts';
import { backupOf } from './restores.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-22T18:00:00.000Z');

const at = (before: number): string => new Date(NOW - before).toISOString();

function made(before: number, change: Partial<LibraryBackup> = {}): LibraryBackup {
  return backupOf(piCard('sdb'), { at: at(before), finishedAt: at(before), ...change });
}

function known(backups: readonly LibraryBackup[], change: Partial<PiPreferences> = {}) {
  const [pi] = groupByPi(backups, new Date(NOW));
  if (!pi) throw new Error('no Pi');
  return { pi, preferences: { ...noPreferences, ...change }, name: pi.title };
}

describe('a card that is put in', () => {
  const inserted = (
    backups: readonly LibraryBackup[],
    disks = [piCard('sdb')],
    change: Partial<Inserted> = {},
  ): Inserted => ({
    recognition: recogniseAll(disks, groupByPi(backups, new Date(NOW))).get('sdb') ?? null,
    isUnfinished: false,
    wanted: () => true,
    ...change,
  });
  const decide = (...given: Parameters<typeof inserted>) =>
    handsFree(inserted(...given), new Date(NOW));

  it('is backed up when it is wanted, and its last backup is not of today', () => {
    expect(decide([made(3 * DAY)])).toMatchObject({ is: 'start', pi: { title: 'octopi' } });
  });

  it.each([
    ['unknown', decide([])],
    ['fresh', decide([made(FRESH_HOURS * HOUR - 1)])],
    ['not wanted', decide([made(3 * DAY)], undefined, { wanted: () => false })],
    ['unfinished', decide([made(3 * DAY)], undefined, { isUnfinished: true })],
    ['ambiguous', decide([made(3 * DAY)], [piCard('sdb'), piCard('sdc')])],
    // The same identifiers on a larger card: a copy, or another card of the same image.
    ['ambiguous', decide([made(3 * DAY, { bytes: 64e9, weak: null })])],
  ])('is left alone: %s', (why, answer) => {
    expect(answer).toEqual({ is: 'no', why });
  });

  it('is left alone when it may be of two Pis', () => {
    // Two cards flashed with one image: one file system, two tables; this card shows no table.
    const fat = [{ index: 1, type: 'fat32', uuid: '4ef5-6f55' }];
    const of = (tableId: string, path: string): LibraryBackup =>
      made(3 * DAY, { path, weak: null, strong: { tableId, fileSystems: fat, hostname: path } });
    const backups = [of('11111111', '/h/1.img'), of('22222222', '/h/2.img')];
    const card = piCard('sdb', { tableId: null });
    expect(decide(backups, [card])).toEqual({ is: 'no', why: 'ambiguous' });
  });

  it('is backed up again at the hour the last one is not fresh any more; one that is not proven counts for nothing', () => {
    expect(decide([made(FRESH_HOURS * HOUR)]).is).toBe('start');
    expect(decide([made(HOUR, { state: 'incomplete' })]).is).toBe('start');
  });

  it('waits for the library', () => {
    expect(decide([], undefined, { recognition: null })).toEqual({ is: 'wait' });
  });

  it('is backed up whosever it is where every card is wanted, unless it is fresh or unfinished', () => {
    const every = { wanted: 'every' } as const;
    expect(decide([], undefined, every)).toEqual({ is: 'start', pi: null });
    const twins = [piCard('sdb'), piCard('sdc')];
    expect(decide([made(HOUR)], twins, every)).toEqual({ is: 'start', pi: null });
    expect(decide([made(HOUR)], undefined, every)).toEqual({ is: 'no', why: 'fresh' });
    const cut = decide([], undefined, { ...every, isUnfinished: true });
    expect(cut).toEqual({ is: 'no', why: 'unfinished' });
  });

  it('says on a Mac that the dialog comes, and that nothing is asked again', () => {
    expect(handsFreeWords('macos')).toMatch(
      /its dialog comes .* reminder, and nothing is asked again/,
    );
    expect(handsFreeWords('linux')).not.toContain('macOS');
  });
});

describe('reminders', () => {
  it('come when the last good backup is as old as was set, or none is good', () => {
    const wish = { remindDays: 30 };
    expect(isDue(known([made(30 * DAY)], wish), NOW, null)).toBe(true);
    expect(isDue(known([made(30 * DAY - 1)], wish), NOW, null)).toBe(false);
    expect(isDue(known([made(400 * DAY)]), NOW, null)).toBe(false);
    expect(isDue(known([made(400 * DAY)]), NOW, 30)).toBe(true);
    expect(isDue(known([made(20 * DAY)]), NOW, 30)).toBe(false);
    expect(isDue(known([made(400 * DAY)], { remindDays: null }), NOW, 30)).toBe(false);
    expect(isDue(known([made(20 * DAY)], { remindDays: 10 }), NOW, 30)).toBe(true);
    const bad = made(DAY, { state: 'damaged' });
    expect(isDue(known([bad], wish), NOW, null)).toBe(true);
    expect(isDue(known([bad, made(40 * DAY, { path: '/h/2.img' })], wish), NOW, null)).toBe(true);
  });

  it('are made at most once a day, at last once a day, and never while its card is at work', () => {
    const hours = fc.array(fc.record({ hours: fc.nat(60), busy: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 60 }), (steps, remindDays) => {
        const pis = [known([made(90 * DAY)], { remindDays })];
        const key = pis[0]?.pi.key ?? '';
        let now = NOW;
        let last: number | null = null;
        for (const { hours, busy } of steps) {
          now += hours * HOUR;
          const reminded = last === null ? {} : { [key]: last };
          const due = dueReminders({
            pis,
            usual: null,
            reminded,
            now,
            atWork: new Set(busy ? [key] : []),
          });
          const isRested: boolean = last === null || now - last >= DAY;
          expect(due).toHaveLength(isRested && !busy ? 1 : 0);
          if (due.length > 0) last = now;
        }
      }),
    );
  });

  it('are not silenced for a year by a clock that was set back', () => {
    const pis = [known([made(90 * DAY)], { remindDays: 7 })];
    const reminded = { [pis[0]?.pi.key ?? '']: NOW + 365 * DAY };
    expect(dueReminders({ pis, usual: null, reminded, now: NOW, atWork: new Set() })).toHaveLength(
      1,
    );
  });
});

describe('checks that are due', () => {
  const record = (backup: LibraryBackup, before: number, wasRead = true): CheckRecord => ({
    backup: checkKey(backup),
    at: at(before),
    verdict: 'good',
    sentence: '',
    checks: [],
    more: 0,
    wasRead,
    image: { bytes: backup.fileBytes, modified: backup.stamp.mtimeMs },
  });
  const ask = (
    pis: readonly { pi: Pi; preferences: PiPreferences; name: string }[],
    records: readonly CheckRecord[] = [],
    tried: Record<string, number> = {},
  ) =>
    dueCheck({ pis, checks: new Map(records.map((one) => [one.backup, one])), tried, now: NOW })
      ?.path ?? null;

  it('are of the newest backup, when it was last read as long ago as was set', () => {
    const [old, newer] = [
      made(90 * DAY, { path: '/h/old.img' }),
      made(31 * DAY, { path: '/h/new.img' }),
    ];
    const wish = { verifyEveryDays: 30 };
    expect(ask([known([newer, old], wish)])).toBe('/h/new.img');
    expect(ask([known([newer, old])])).toBe(null);
    expect(ask([known([newer], wish)], [record(newer, 29 * DAY)])).toBe(null);
    expect(ask([known([newer], wish)], [record(newer, 30 * DAY)])).toBe('/h/new.img');
    // A look that did not read the content proves nothing.
    expect(ask([known([newer], wish)], [record(newer, DAY, false)])).toBe('/h/new.img');
    // Another file lies there now.
    const other = { ...record(newer, DAY), image: { bytes: 1, modified: 1 } };
    expect(ask([known([newer], wish)], [other])).toBe('/h/new.img');
    const unproven = made(DAY, { path: '/h/u.img', verified: false, state: 'unverified' });
    expect(ask([known([unproven], wish)])).toBe('/h/u.img');
  });

  it('begin with the one that waited longest, and are not tried twice a day', () => {
    const wish = { verifyEveryDays: 7 };
    const strong = (tableId: string) => ({ tableId, fileSystems: [], hostname: null });
    const one = made(20 * DAY, {
      path: '/h/1.img',
      strong: strong('11111111'),
      contentSha256: '1',
    });
    const two = made(50 * DAY, {
      path: '/h/2.img',
      strong: strong('22222222'),
      contentSha256: '2',
    });
    const pis = [known([one], wish), known([two], wish)];
    expect(ask(pis)).toBe('/h/2.img');
    expect(ask(pis, [], { '/h/2.img': NOW - HOUR })).toBe('/h/1.img');
    expect(ask(pis, [], { '/h/2.img': NOW - DAY, '/h/1.img': NOW })).toBe('/h/2.img');
  });
});
