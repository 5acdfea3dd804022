import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES, snapshotSchema } from '../../src/contract/panel.ts';
import { chosenTarget, identityOf, surveyOf, tokenOf } from '../../src/desk/restore-page.ts';
import { emptyState, isWorking } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import { context, piCard, planOf } from './cards.ts';
import { always, deeds, live, settings } from './lives.ts';
import { backupOf, libraryOf, surveyOf as lookedAt } from './restores.ts';

const surroundings = { version: '0.1.0', where: 'browser', source: 'test', home: '/h' } as const;

describe('whatever happens at the desk', () => {
  it('these lives hold everything that matters', () => {
    const lives = fc.sample(deeds, { numRuns: 300, seed: 7 }).map(live);
    const states = lives.flat().flatMap(({ after }) => after.jobs.map((job) => job.state.is));
    expect(new Set(states)).toEqual(
      new Set(['working', 'done', 'restored', 'failed', 'cancelled']),
    );
    const told = lives.flat().flatMap(({ events }) => events.map((event) => event.happened));
    expect(new Set(told)).toEqual(
      new Set(['card-appeared', 'job-done', 'restore-done', 'job-failed']),
    );
    const kinds = lives.flat().flatMap(({ after }) => after.jobs.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(['backup', 'restore']));
    expect(lives.flat().some(({ after }) => after.restore?.changed)).toBe(true);
    const busy = lives.flat().map(({ after }) => after.jobs.filter(isWorking).length);
    expect(Math.max(...busy)).toBeGreaterThan(1);
  });

  it('its snapshot is one that the panel accepts, and not too large', () => {
    always((moments) => {
      for (const { after } of moments) {
        const snapshot = view(after, 1, surroundings);
        expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
        expect(Buffer.byteLength(JSON.stringify(snapshot))).toBeLessThan(MAX_MESSAGE_BYTES);
      }
    });
  });

  it('its snapshot stays small enough with many disks full of hostile labels', () => {
    const label = '\u202E\u0007𝕷\uD800'.repeat(500);
    const partitions = Array.from({ length: 128 }, () => piCard('x').partitions).flat();
    const hostile = partitions.map((part) => ({ ...part, label, typeName: label }));
    const disks = Array.from({ length: 100 }, (_, index) =>
      piCard(`sd${index}`, { partitions: hostile, mediaName: label }),
    );
    const [moment] = live([{ deed: 'list', disks }]);
    const snapshot = moment ? view(moment.after, 1, surroundings) : null;
    const json = JSON.stringify(snapshot);
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
    expect(json).not.toMatch(/\u202E|\\u0007|\\ud800/i);
  });

  it('its snapshot stays small enough with many backups of many hostile partitions', () => {
    const disks = Array.from({ length: 60 }, (_, index) =>
      piCard(`sd${index}`, { bytes: 32e9 + index * 512 }),
    );
    let state = step(emptyState(settings), { input: 'listed', disks, context }).state;
    for (const { key } of state.disks) {
      state = step(state, { input: 'started', card: key, order: { kind: 'backup' } }).state;
      const job = state.jobs.at(-1)?.id ?? '';
      state = step(state, {
        input: 'planned',
        job,
        plan: planOf(128, '𝕷\uD800\u202E'.repeat(500)),
      }).state;
    }
    const snapshot = view(state, 1, surroundings);
    const json = JSON.stringify(snapshot);
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
    expect(json).not.toMatch(/\u202E|\\ud800/i);
    expect(snapshot.jobs.filter(({ plan }) => plan !== null)).toHaveLength(12);
    expect(snapshot.jobs.at(-1)?.plan).not.toBeNull();
  });

  it('its snapshot stays small enough with many hostile backups and cards on the page of a restore', () => {
    const label = '𝕷\uD800\u202E'.repeat(500);
    const disks = Array.from({ length: 60 }, (_, index) => {
      const { partitions } = piCard('x');
      const hostile = partitions.map((part) => ({ ...part, label }));
      return piCard(`sd${index}`, { mediaName: label, partitions: hostile });
    });
    const backups = disks.map((disk, index) =>
      backupOf(disk, { title: label, path: `/h/${index}${label}.img` }),
    );
    let state = step(emptyState(settings), { input: 'listed', disks, context }).state;
    state = step(state, libraryOf(backups)).state;
    const [backup] = backups;
    if (!backup) throw new Error('no backup');
    const chosen = state.disks[0]?.key ?? '';
    state = step(state, { input: 'restore-opened', backup, chosen, forceUnmount: false }).state;
    for (const seen of state.disks) {
      const part = { kind: label, label, bytes: 1 };
      const target = { title: label, content: label, partitions: Array(128).fill(part) };
      const image = { ...lookedAt(seen.disk).image, title: label, warnings: Array(64).fill(label) };
      const result = lookedAt(seen.disk, target, { image, fit: label });
      const survey = { is: 'ready', identity: identityOf(seen), result } as const;
      const of = { opening: 1, image: backup.path, card: seen.key };
      state = step(state, { input: 'surveyed', ...of, survey }).state;
    }
    const snapshot = view(state, 1, surroundings);
    const json = JSON.stringify(snapshot);
    expect(Buffer.byteLength(json)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(v.parse(snapshotSchema, snapshot)).toEqual(snapshot);
    expect(json).not.toMatch(/\u202E|\\ud800/i);
    expect(snapshot.restore?.chosen?.state.is).toBe('ready');
    expect([snapshot.backups.length, snapshot.moreBackups]).toEqual([32, 28]);
  });

  it('at most one job works on a disk, and job names are never used twice', () => {
    always((moments) => {
      const names = new Map<string, string>();
      for (const { after } of moments) {
        const working = after.jobs.filter(isWorking).map((job) => job.disk);
        expect(new Set(working).size).toBe(working.length);
        for (const job of after.jobs) {
          expect(names.get(job.id) ?? job.card).toBe(job.card);
          names.set(job.id, job.card);
        }
      }
    });
  });

  it('a working job ends only by its own outcome', () => {
    always((moments) => {
      for (const { before, after, input } of moments) {
        for (const job of before.jobs.filter(isWorking)) {
          const now = after.jobs.find((one) => one.id === job.id);
          const ended = input.input === 'finished' || input.input === 'failed';
          expect(now && (isWorking(now) || (ended && input.job === job.id))).toBe(true);
        }
      }
    });
  });

  it('no insertion is announced twice as the same thing, and none that was there at the first look', () => {
    always((moments) => {
      const announced = new Set<string>();
      let looked = false;
      for (const { after, events, input } of moments) {
        for (const event of events) {
          if (event.happened !== 'card-appeared') continue;
          expect(looked).toBe(true);
          const seen = after.disks.find(({ disk: { id } }) => id === event.disk);
          expect(seen?.verdict.offer).toBe(true);
          const name = `${seen?.key} ${event.kind}`;
          expect(announced.has(name)).toBe(false);
          announced.add(name);
        }
        looked ||= input.input === 'listed';
      }
    });
  });

  it('every outcome but a cancellation is told once', () => {
    always((moments) => {
      const told = moments.flatMap(({ events }) =>
        events.flatMap((event) => ('job' in event ? [event.job] : [])),
      );
      const names = told;
      expect(new Set(names).size).toBe(names.length);
      const outcomes = moments.flatMap(({ before, after }) =>
        before.jobs
          .filter(isWorking)
          .flatMap((job) =>
            after.jobs.filter(
              (one) => one.id === job.id && ['done', 'restored', 'failed'].includes(one.state.is),
            ),
          ),
      );
      expect(names).toEqual(outcomes.map((job) => job.id));
    });
  });

  it('a restore begins only on the card, looking as it looked, that was shown, looked at and confirmed', () => {
    always((moments) => {
      /** What each token stood for when it was reviewed. */
      const reviewed = new Map<string, string>();
      for (const { before, after, input, token } of moments) {
        if (input.input === 'restore-reviewed') reviewed.set(input.token, shownBy(after));
        if (input.input === 'restore-closed' && token !== null) {
          expect(reviewed.get(token)).toBe(shownBy(before));
        }
        if (input.input === 'started' && input.order.kind === 'restore') {
          const seen = after.disks.find(({ key }) => key === input.card);
          expect(seen?.verdict.offer).toBe(true);
          expect(token).not.toBeNull();
        }
      }
    });
  });

  it('a question about a card that is not there any more, or looks different, is taken back at once', () => {
    always((moments) => {
      for (const { after } of moments) {
        const { restore } = after;
        if (restore === null || restore.reviewed === null) continue;
        expect(restore.reviewed).toBe(tokenOf(after));
        const seen = chosenTarget(after);
        expect(seen && surveyOf(restore, seen)?.is).toBe('ready');
      }
    });
  });

  it('two things that are shown have two tokens', () => {
    always((moments) => {
      const shown = new Map<string, string>();
      for (const { after } of moments) {
        const token = tokenOf(after);
        if (token === null) continue;
        expect(shown.get(token) ?? shownBy(after)).toBe(shownBy(after));
        shown.set(token, shownBy(after));
      }
    });
  });
});

/** Page, image, card and look of the card, in words that do not go through the token. */
function shownBy(state: Parameters<typeof chosenTarget>[0]): string {
  const seen = chosenTarget(state);
  const { restore } = state;
  return seen && restore
    ? `${restore.opening} ${restore.backup.path} ${seen.disk.id} ${seen.key} ${identityOf(seen)}`
    : 'nothing';
}
