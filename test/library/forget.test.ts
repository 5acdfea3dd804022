import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteFile, forget } from '../../src/library/forget.ts';
import { type PlannedBackup, planForget } from '../../src/library/forget-plan.ts';
import {
  formatKeepRules,
  type KeepPeriod,
  type KeepRules,
  keepPeriods,
  parseKeepRules,
} from '../../src/library/keep-rules.ts';
import { readLibrary } from '../../src/library/library.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { cardOf, fileBackup } from '../support/library.ts';

const now = new Date('2026-12-01T12:00:00Z');
const backup = (path: string, at: Date, more: Partial<PlannedBackup> = {}): PlannedBackup => ({
  ...{ path, at: at.toISOString(), bytes: 1, state: 'proven', copyOf: null, storedBytes: 1 },
  ...more,
});
const names = (verdicts: readonly { backup: PlannedBackup }[]): string[] =>
  verdicts.map(({ backup: { path } }) => path);

/** Restic's rule said in another way: the newest of each of the last N periods that have one, and the oldest if N is not used up. */
function model(backups: readonly PlannedBackup[], rules: KeepRules): Set<string> {
  const newestFirst = backups.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const kept = new Set<string>();
  for (const period of keepPeriods) {
    const count = rules[period];
    if (count === undefined) continue;
    const most = count === 'all' ? Number.POSITIVE_INFINITY : count;
    const newest = new Map<string, string>();
    for (const [nr, { path, at }] of newestFirst.entries()) {
      const key = periodName(period, new Date(at), nr);
      if (!newest.has(key)) newest.set(key, path);
    }
    for (const path of [...newest.values()].slice(0, most)) kept.add(path);
    const oldest = newestFirst.at(-1);
    if (newest.size < most && oldest) kept.add(oldest.path);
  }
  return kept;
}

/** Weeks by counting days back to a Monday, one by one. */
function periodName(period: KeepPeriod, at: Date, nr: number): string {
  const day = new Date(at.getFullYear(), at.getMonth(), at.getDate());
  if (period === 'last') return `${nr}`;
  if (period === 'daily') return day.toDateString();
  if (period === 'monthly') return `${at.getFullYear()}/${at.getMonth()}`;
  if (period === 'yearly') return `${at.getFullYear()}`;
  while (day.getDay() !== 1) day.setDate(day.getDate() - 1);
  return day.toDateString();
}

const count = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('all' as const));
const rulesArbitrary = fc
  .record(
    { last: count, daily: count, weekly: count, monthly: count, yearly: count },
    { requiredKeys: [] },
  )
  .filter((rules) => Object.keys(rules).length > 0);
const times = (): fc.Arbitrary<Date[]> =>
  fc.uniqueArray(
    fc.date({ min: new Date(2024, 0, 1), max: new Date(2026, 10, 30), noInvalidDate: true }),
    { maxLength: 25, selector: (at) => at.getTime() },
  );

describe('which backups stay', () => {
  it('is what the rules of restic say, for proven backups of one card', () => {
    fc.assert(
      fc.property(times(), rulesArbitrary, (dates, rules) => {
        const backups = dates.map((at, nr) => backup(`${nr}`, at));
        const plan = planForget(backups, rules, now);
        expect(new Set(names(plan.keep))).toEqual(model(backups, rules));
        expect(plan.keep.length + plan.forget.length).toBe(backups.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never costs the only good backup of a card, and no bad one costs a good one its place', () => {
    const any = fc.record({
      at: fc.date({ min: new Date(2024, 0, 1), max: new Date(2028, 0, 1), noInvalidDate: true }),
      bytes: fc.integer({ min: 1, max: 2 }),
      state: fc.oneof(
        { weight: 6, arbitrary: fc.constant('proven' as const) },
        { weight: 2, arbitrary: fc.constantFrom('unverified', 'incomplete', 'damaged') },
      ),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 25 }), rulesArbitrary, (all, rules) => {
        const backups = all.map(({ at, ...more }, nr) => backup(`${nr}`, at, more));
        const plan = planForget(backups, rules, now);
        const kept = plan.keep.map((verdict) => verdict.backup);
        for (const bytes of [1, 2]) {
          const good = (list: readonly PlannedBackup[]): PlannedBackup[] =>
            list.filter((one) => one.state === 'proven' && one.bytes === bytes);
          expect(good(kept).length > 0).toBe(good(backups).length > 0);
        }
        const goods = backups.filter(({ state }) => state === 'proven');
        const alone = new Set(names(planForget(goods, rules, now).keep));
        for (const one of kept) if (one.state === 'proven') alone.delete(one.path);
        expect([...alone]).toEqual([]);
        for (const one of plan.forget) expect(Date.parse(one.backup.at)).toBeLessThan(+now + 6e5);
        for (const { reasons } of [...plan.keep, ...plan.forget]) expect(reasons).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is the newest good one of each size of card besides, since copies of a card may differ', () => {
    const backups = [1, 2, 1, 2].map((bytes, nr) =>
      backup(`${nr}`, new Date(2026, 5, 9 - nr), {
        bytes,
        ...(nr === 1 ? { state: 'damaged' } : {}),
      }),
    );
    const plan = planForget(backups, { last: 1 }, now);
    expect(plan.keep.map(({ backup: { path }, reasons }) => [path, reasons])).toEqual([
      ['0', ['last']],
      ['3', ['the newest good one of its card']],
    ]);
  });

  it('is everything without rules, and everything while nothing is proven', () => {
    const backups = [1, 2, 3].map((day) => backup(`${day}`, new Date(2026, 1, day)));
    expect(planForget(backups, {}, now).forget).toEqual([]);
    const unproven = backups.map((one) => ({ ...one, state: 'unverified' as const }));
    expect(planForget(unproven, { last: 1 }, now).forget).toEqual([]);
  });

  it('is said with its reasons', () => {
    const sundays = Array.from({ length: 12 }, (_, week) => new Date(2019, 8, 1 + 7 * week, 11));
    const backups = sundays.map((at, week) => backup(`${week}`, at));
    const plan = planForget(backups, { daily: 4, monthly: 9 }, now);
    expect(plan.keep.map(({ backup: { path }, reasons }) => [path, reasons.join()])).toEqual([
      ['11', 'daily,monthly'],
      ['10', 'daily'],
      ['9', 'daily'],
      ['8', 'daily,monthly'],
      ['4', 'monthly'],
      ['0', 'oldest monthly'],
    ]);
  });

  it('takes copies along with what they are copies of', () => {
    const at = (day: number): Date => new Date(2026, 1, day);
    const backups = [
      backup('new', at(9)),
      backup('new copy', at(9), { copyOf: 'new' }),
      backup('old', at(1)),
      backup('old copy', at(1), { copyOf: 'old' }),
    ];
    const plan = planForget(backups, { last: 1 }, now);
    expect(names(plan.keep)).toEqual(['new', 'new copy']);
    expect(names(plan.forget)).toEqual(['old', 'old copy']);
  });

  it('can be written down and read again', () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        expect(parseKeepRules(formatKeepRules(rules))).toEqual(rules);
      }),
    );
    for (const text of ['', 'last', 'last=0', 'last=-1', 'last=1,last=2', 'hourly=1', 'last=1=2']) {
      expect(parseKeepRules(text)).toBeNull();
    }
  });
});

describe('forgetting', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
    mkdirSync(library);
    for (const month of [1, 2, 3]) {
      const at = `2026-0${month}-01T00:00:00.000Z`;
      fileBackup(library, { file: `${month}.img`, at, strong: cardOf('11111111') });
    }
  });
  afterEach(() => folder.remove());
  const plan = async (rules: KeepRules) =>
    planForget((await readLibrary(library, { now })).backups, rules, now);

  it('removes images with all that describes them, the image first', async () => {
    const removed: string[] = [];
    await forget(await plan({ last: 1 }), {
      remove: async (file) => {
        removed.push(file.slice(library.length + 1));
        await deleteFile(file);
      },
    });
    expect(removed).toEqual([
      ...['2.img', '2.img.pikeep.json', '2.bmap', '1.img', '1.img.pikeep.json', '1.bmap'],
    ]);
    expect(readdirSync(library).sort()).toEqual(['3.bmap', '3.img', '3.img.pikeep.json']);
  });

  it('leaves a bmap that another image of its name needs', async () => {
    writeFileSync(join(library, '1.img.gz'), 'x');
    await forget(await plan({ last: 1 }), { remove: deleteFile });
    expect(readdirSync(library)).toContain('1.bmap');
  });

  it('stops before anything goes when what stays is not there any more, or was changed', async () => {
    const changed = await plan({ last: 1 });
    utimesSync(join(library, '3.img'), new Date(), new Date());
    await expect(forget(changed, { remove: deleteFile })).rejects.toMatchObject({
      code: 'LIBRARY_CHANGED',
      facts: { path: join(library, '3.img') },
    });
    expect(readdirSync(library)).toHaveLength(9);
  });

  it('does not go on to the manifest when the image did not go', async () => {
    await expect(forget(await plan({ last: 1 }), { remove: async () => {} })).rejects.toMatchObject(
      { code: 'LIBRARY_CHANGED' },
    );
    expect(readdirSync(library)).toHaveLength(9);
  });

  it('removes no other file that took the place of one', async () => {
    const made = await plan({ last: 1 });
    execFileSync('rm', ['-f', join(library, '2.img')]);
    symlinkSync('/etc/hostname', join(library, '2.img'));
    await expect(forget(made, { remove: deleteFile })).rejects.toMatchObject({
      code: 'LIBRARY_CHANGED',
    });
    expect(lstatSync(join(library, '2.img')).isSymbolicLink()).toBe(true);
    expect(existsSync('/etc/hostname') && readFileSync('/etc/hostname').length).toBeTruthy();
  });
});
