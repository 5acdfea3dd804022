import { describe, expect, it } from 'vitest';
import { parseAnswered, type Query } from '../../src/contract/asks.ts';
import { MAX_MESSAGE_BYTES, parseSnapshot } from '../../src/contract/panel.ts';
import { Answerer } from '../../src/desk/answerer.ts';
import { backupKey } from '../../src/desk/backup-view.ts';
import { forgetAnswer, offerForget } from '../../src/desk/forget-offer.ts';
import { libraryAnswer, looseAnswer, piAnswer } from '../../src/desk/library-answers.ts';
import { piId } from '../../src/desk/library-choice.ts';
import { emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import { throwIfInterrupted } from '../../src/engine/errors.ts';
import type { LibraryBackup } from '../../src/library/library.ts';
import { context, piCard } from './cards.ts';
import { settings } from './lives.ts';
import { backupOf, libraryOf } from './restores.ts';

/** Every character of it takes the most bytes that one can take in JSON. */
const HOSTILE = '\u{1D577}"\\\u202E\n\uD800'.repeat(400);
const surroundings = {
  version: '0.1.0',
  where: 'browser',
  source: 'a folder',
  home: '/h',
} as const;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function thousand(of: (index: number) => Partial<LibraryBackup>): LibraryBackup[] {
  return Array.from({ length: 1000 }, (_, index) =>
    backupOf(piCard('sdb'), {
      path: `/h/PiKeep/${index}${HOSTILE}.img`,
      title: HOSTILE,
      hostname: HOSTILE,
      os: HOSTILE,
      at: new Date(Date.parse('2026-11-22T16:40:00.000Z') - index * 3600_000).toISOString(),
      oddities: Array(9).fill({ code: 'renamed', text: HOSTILE }),
      ...of(index),
    }),
  );
}

function deskWith(backups: readonly LibraryBackup[], change = {}, rest = {}) {
  const now = Date.parse('2026-11-23T00:00:00.000Z');
  let { state } = step(emptyState(settings), { input: 'ticked', now });
  state = step(state, libraryOf(backups, change, rest)).state;
  return step(state, { input: 'listed', disks: [piCard('sdb')], context }).state;
}

/** Accepted by the page, and within the limit. */
function requireFit(answer: { ask: string }): void {
  expect(bytesOf(answer)).toBeLessThan(MAX_MESSAGE_BYTES);
  const answered = { ok: true, answer };
  expect(parseAnswered(answered)).toEqual(answered);
}

describe('answers about a library of 1,000 hostile backups', () => {
  const many = thousand((index) => ({
    contentSha256: String(index),
    strong: { tableId: index.toString(16), fileSystems: [], hostname: HOSTILE },
  }));
  const wish = { note: HOSTILE.slice(0, 2000), name: HOSTILE.slice(0, 80), keep: { last: 1 } };

  it('fit, page by page, and miss nothing', () => {
    const images = many.map(({ path }) => ({
      path: `${path}.xz`,
      format: null,
      fileBytes: 1,
      modified: '2026-11-22T16:40:00.000Z',
    }));
    const problems = many.map(({ path }) => ({ path, problem: HOSTILE }));
    const state = deskWith(many, wish, { images, problems });
    const seen = new Set<string>();
    for (let offset = 0; offset < 1000; offset += 100) {
      const page = libraryAnswer(state, { ask: 'library', search: '', offset, limit: 100 }, '/h');
      requireFit(page);
      expect(page).toMatchObject({ total: 1000, loose: 1000, moreProblems: 980 });
      for (const { pi } of page.pis) seen.add(pi);
      requireFit(looseAnswer(state, { ask: 'loose', search: '', offset, limit: 100 }, '/h'));
    }
    expect(seen.size).toBe(1000);
  });

  it('of one Pi fit, with what goes and what stays', () => {
    // Without any identifier, all that is left to name it by is its title.
    const strong = { tableId: null, fileSystems: [], hostname: null };
    const facts = { strong, weak: null, storedBytes: 4096 };
    const one = thousand((index) => ({ ...facts, contentSha256: String(index) }));
    const state = deskWith(one, wish);
    const [known] = state.shelf.pis;
    if (!known) throw new Error('no Pi');
    const pi = piId(known.pi);
    for (let offset = 0; offset < 1000; offset += 100) {
      const page = piAnswer(state, { ask: 'pi', pi, offset, limit: 100 }, 'linux');
      requireFit(page);
      expect(page.backups).toHaveLength(100);
    }
    const answer = forgetAnswer(state, { by: 'rules', pi, keep: null });
    requireFit(answer);
    const { plan } = offerForget(state, { by: 'rules', pi, keep: null });
    // Nothing goes that was not shown.
    expect(answer.goes.map(({ backup }) => backup)).toEqual(
      plan.forget.map(({ backup }) => backupKey(backup.path)),
    );
    expect(answer.goes.length).toBeGreaterThan(30);
    expect(answer.freedBytes).toBe(4096 * answer.goes.length);
    expect(answer.goes.length + answer.stays.length + answer.moreStay).toBe(1000);
    // The oldest go first; the newest stays.
    expect(answer.goes.at(-1)?.at).toBe(one.at(-1)?.at);
  });

  it('leave the snapshot as small as it was', () => {
    const state = deskWith(many, wish);
    const snapshot = view(state, 1, surroundings);
    expect(bytesOf(snapshot)).toBeLessThan(MAX_MESSAGE_BYTES / 2);
    expect(parseSnapshot(JSON.parse(JSON.stringify(snapshot)))).not.toBe(null);
  });

  it('find by name, note and file name, capital or not', () => {
    const backups = [
      backupOf(piCard('sdb'), {
        path: '/h/a.img',
        hostname: 'OctoPi',
        strong: { tableId: 'aaaaaaaa', fileSystems: [], hostname: null },
      }),
      backupOf(piCard('sdb'), {
        path: '/h/kitchen 1.img',
        hostname: 'pi',
        strong: { tableId: 'bbbbbbbb', fileSystems: [], hostname: null },
      }),
    ];
    const state = deskWith(backups);
    const find = (search: string) =>
      libraryAnswer(state, { ask: 'library', search, offset: 0, limit: 9 }, '/h').pis.map(
        ({ title }) => title,
      );
    expect(find('octo')).toEqual(['OctoPi']);
    expect(find(' KITCHEN ')).toEqual(['pi']);
    expect(find('nothing')).toEqual([]);
  });
});

describe('what may go', () => {
  const backups = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day, index) =>
    backupOf(piCard('sdb'), {
      path: `/h/${day}.img`,
      at: `${day}T12:00:00.000Z`,
      contentSha256: String(index),
      state: index === 1 ? 'proven' : 'damaged',
    }),
  );
  const state = deskWith(backups.toReversed());
  const pi = state.shelf.pis[0]?.pi.key ?? '';

  it('is never the only good backup, whatever was chosen', () => {
    const all = backups.map(({ path }) => backupKey(path));
    const { goes, stays } = forgetAnswer(state, { by: 'choice', pi, backups: all });
    expect(goes.map(({ name }) => name)).toEqual(['2026-11-22.img', '2026-11-20.img']);
    expect(stays).toEqual([
      expect.objectContaining({ name: '2026-11-21.img', why: 'the newest good one of its card' }),
    ]);
  });

  it('has another token for another list and another file, and none for nothing', () => {
    const first = backupKey(backups[0]?.path ?? '');
    const offer = (from = state, chosen = [first]) =>
      offerForget(from, { by: 'choice', pi, backups: chosen }).token;
    expect(offer()).toMatch(/^[0-9a-f]{64}$/);
    expect(offer()).toBe(offer());
    const changed = backups.map((one) =>
      one === backups[0] ? { ...one, stamp: { ...one.stamp, mtimeMs: 1 } } : one,
    );
    const others = [
      offer(state, [first, backupKey(backups[2]?.path ?? '')]),
      offer(deskWith(changed.toReversed())),
      offer(deskWith(backups.slice(0, 2).toReversed())),
    ];
    expect(new Set([offer(), ...others]).size).toBe(4);
    expect(offer(state, ['nothing'])).toBe(null);
  });
});

describe('questions', () => {
  const query: Query = { ask: 'library', search: '', offset: 0, limit: 10 };
  const never = new AbortController().signal;

  function waiting() {
    const asked: AbortSignal[] = [];
    const answerer = new Answerer((_, signal) => {
      asked.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          try {
            throwIfInterrupted(signal);
          } catch (error) {
            reject(error);
          }
        });
      });
    });
    return { answerer, asked };
  }
  const codeOf = async (answer: ReturnType<Answerer['answer']>) => {
    const answered = await answer;
    return answered.ok ? 'answered' : answered.problem.code;
  };

  it('end the earlier one of their page and kind, and no other', async () => {
    const { answerer, asked } = waiting();
    const first = answerer.answer({ page: 'a', query }, never);
    const otherPage = answerer.answer({ page: 'b', query }, never);
    const otherKind = answerer.answer({ page: 'a', query: { ...query, ask: 'loose' } }, never);
    expect(asked.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    const second = answerer.answer({ page: 'a', query }, never);
    expect(await codeOf(first)).toBe('INTERRUPTED');
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, false, false, false]);
    await answerer.close();
    for (const one of [otherPage, otherKind, second]) expect(await codeOf(one)).toBe('INTERRUPTED');
  });

  it('end when nobody waits any more', async () => {
    const { answerer, asked } = waiting();
    const gone = new AbortController();
    const answer = answerer.answer({ page: 'a', query }, gone.signal);
    gone.abort();
    expect(await codeOf(answer)).toBe('INTERRUPTED');
    expect(asked[0]?.aborted).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['no page', { query }],
    ['a page that is none', { page: '../a', query }],
    ['another question', { page: 'a', query: { ask: 'passwords' } }],
    ['more than a page', { page: 'a', query: { ...query, limit: 101 } }],
    ['something besides', { page: 'a', query: { ...query, folder: '/etc' } }],
    [
      'a path too long',
      { page: 'a', query: { ask: 'preview', backup: 'x', path: '/'.repeat(20_000) } },
    ],
  ])('are refused unasked: %s', async (_what, message) => {
    const { answerer, asked } = waiting();
    expect(await codeOf(answerer.answer(message, never))).toBe('BAD_MESSAGE');
    expect(asked).toEqual([]);
  });
});
