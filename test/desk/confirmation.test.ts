import { describe, expect, it } from 'vitest';
import { chooseUndo } from '../../src/desk/choice.ts';
import { confirmRestore, confirmUndo, requireCurrent } from '../../src/desk/confirmation.ts';
import { identityOf, tokenOf } from '../../src/desk/restore-page.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import type { Disk } from '../../src/engine/disk.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { SurveyResult } from '../../src/worker/restore-results.ts';
import { context, piCard, stick } from './cards.ts';
import { settings } from './lives.ts';
import { backupOf, IMAGE, restored, surveyOf } from './restores.ts';

const surroundings = { version: '0.1.0', where: 'browser', source: 'test', home: '/h' } as const;
const open = { ...context, allowOtherExternal: true };

function told(state: DeskState, ...inputs: readonly DeskInput[]): DeskState {
  return inputs.reduce((before, input) => step(before, input).state, state);
}

function list(state: DeskState, ...disks: readonly Disk[]): DeskState {
  return told(state, { input: 'listed', disks, context: open });
}

function keyOf(state: DeskState, disk: string): string {
  return state.disks.find((seen) => seen.disk.id === disk)?.key ?? 'none';
}

/** A desk with the page open, and this disk chosen and looked at. */
function asked(
  disk: Disk,
  target: Partial<SurveyResult['target']> = {},
  change: Partial<SurveyResult> = {},
): DeskState {
  const backup = backupOf(piCard('x', { tableId: '00000001', mediaName: 'Elsewhere' }));
  const opened = told(list(emptyState(settings), disk), {
    input: 'restore-opened',
    backup,
    chosen: null,
    forceUnmount: false,
  });
  const [seen] = opened.disks;
  if (!seen) throw new Error('no disk');
  const result = surveyOf(disk, target, change);
  const survey = { is: 'ready', identity: identityOf(seen), result } as const;
  const card = seen.key;
  return told(
    opened,
    { input: 'restore-chosen', card },
    { input: 'surveyed', opening: 1, image: backup.path, card, survey },
  );
}

function reviewed(state: DeskState): { state: DeskState; token: string } {
  const token = tokenOf(state) ?? 'none';
  return { state: told(state, { input: 'restore-reviewed', token }), token };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'carried out';
  } catch (thrown) {
    return thrown instanceof PiKeepError ? thrown.code : String(thrown);
  }
};

const start = (state: DeskState, token: string, typedName: string | null = null) =>
  codeOf(() => confirmRestore(state, { token, typedName }));

describe('a card is written over', () => {
  it('when it was chosen, looked at, and confirmed by the token of that', () => {
    const { state, token } = reviewed(asked(stick('sdb')));
    const { seen, page } = confirmRestore(state, { token, typedName: null });
    expect([seen.disk.id, page.backup.path]).toEqual(['sdb', IMAGE]);
  });

  it.each([
    ['nothing is open', (state: DeskState) => told(state, { input: 'restore-closed' })],
    ['the question was left', (state: DeskState) => told(state, { input: 'restore-back' })],
    ['the card has gone', (state: DeskState) => list(state)],
    [
      'another card is there',
      (state: DeskState) => list(state, stick('sdb', { bytes: 8192 * 512 })),
    ],
    ['it was put in again', (state: DeskState) => list(list(state), stick('sdb'))],
    [
      'more is known of it now',
      (state: DeskState) => list(state, stick('sdb', { diskUuid: 'AB12' })),
    ],
    [
      'no disks can be seen',
      (state: DeskState) =>
        told(state, {
          input: 'unlistable',
          error: new PiKeepError('TOOL_MISSING', { tool: 'lsblk' }),
        }),
    ],
  ])('not when %s', (_what, happens) => {
    const { state, token } = reviewed(asked(stick('sdb')));
    const after = happens(state);
    expect(['NOT_CONFIRMED', 'IDENTITY_CHANGED']).toContain(start(after, token));
    expect(after.restore?.reviewed ?? null).toBeNull();
  });

  it('not with a token from an earlier page about the same card', () => {
    const { state, token } = reviewed(asked(stick('sdb')));
    const [seen] = state.disks;
    const backup = state.restore?.backup;
    if (!seen || !backup) throw new Error('nothing is open');
    const result = surveyOf(stick('sdb'));
    const survey = { is: 'ready', identity: identityOf(seen), result } as const;
    const again = told(
      state,
      { input: 'restore-closed' },
      { input: 'restore-opened', backup, chosen: seen.key, forceUnmount: false },
      { input: 'surveyed', opening: 2, image: backup.path, card: seen.key, survey },
    );
    expect(tokenOf(again)).not.toBeNull();
    expect(codeOf(() => requireCurrent(again, token))).toBe('IDENTITY_CHANGED');
    expect(start(again, token)).toBe('IDENTITY_CHANGED');
  });

  it('not by a token from before the card was seen in full, even when a second look finds the same', () => {
    const { state, token } = reviewed(asked(stick('sdb')));
    const after = list(state, stick('sdb', { diskUuid: 'AB12' }));
    const [seen] = after.disks;
    if (!seen || seen.key !== state.disks[0]?.key) throw new Error('it should be the same card');
    const result = surveyOf(stick('sdb'));
    const survey = { is: 'ready', identity: identityOf(seen), result } as const;
    const of = { opening: 1, image: IMAGE, card: seen.key };
    const again = told(after, { input: 'surveyed', ...of, survey });
    expect([null, token]).not.toContain(tokenOf(again));
  });

  it('not by a look that was made for another image, page or moment', () => {
    const state = asked(stick('sdb'));
    const late = (change: object): DeskState => {
      const [seen] = state.disks;
      if (!seen) throw new Error('no disk');
      const chosen = told(state, {
        input: 'restore-backup-chosen',
        backup: backupOf(piCard('y'), { path: '/other.img' }),
      });
      const survey = { is: 'ready', identity: identityOf(seen), result: surveyOf(seen.disk) };
      const input = { input: 'surveyed', opening: 1, image: '/other.img', card: seen.key, survey };
      return told(chosen, { ...input, ...change } as DeskInput);
    };
    expect(tokenOf(late({}))).not.toBeNull();
    expect(tokenOf(late({ image: IMAGE }))).toBeNull();
    expect(tokenOf(late({ opening: 7 }))).toBeNull();
    expect(
      tokenOf(late({ survey: { is: 'ready', identity: 'x', result: surveyOf(stick('sdb')) } })),
    ).toBeNull();
  });

  it('not while something works on it, nor when it is locked or too small', () => {
    const { state, token } = reviewed(asked(stick('sdb')));
    const card = keyOf(state, 'sdb');
    const busy = told(state, { input: 'started', card, order: { kind: 'backup' } });
    expect(start(busy, token)).toBe('JOB_EXISTS');
    expect(tokenOf(asked(stick('sdb', { writable: false })))).toBeNull();
    expect(tokenOf(asked(stick('sdb'), {}, { fits: false }))).toBeNull();
    expect(tokenOf(asked(stick('sdb'), {}, { fits: null }))).not.toBeNull();
  });

  it.each([
    ['the look at it says so', stick('sdb'), { mustTypeName: true }],
    ['it is offered only because other disks are', stick('sdb', { removable: false }), {}],
  ])('with its name typed, when %s', (_what, disk, target) => {
    const { state, token } = reviewed(asked(disk, target));
    const ready = view(state, 1, surroundings).restore?.chosen?.state;
    expect(ready).toMatchObject({ is: 'ready', typeName: 'HOLIDAY' });
    for (const typed of [null, '', 'holiday', 'HOLIDAY 2']) {
      expect(start(state, token, typed)).toBe('NOT_CONFIRMED');
    }
    expect(start(state, token, 'HOLIDAY ')).toBe('carried out');
  });
});

describe('the old content comes back', () => {
  it('only where a look at the card says that it can', () => {
    const can = asked(stick('sdb'), { unfinished: IMAGE, canUndo: true });
    expect(confirmUndo(can, tokenOf(can) ?? '').seen.disk.id).toBe('sdb');
    expect(codeOf(() => confirmUndo(can, 'another'))).toBe('IDENTITY_CHANGED');
    const cannot = asked(stick('sdb'), { unfinished: IMAGE, canUndo: false });
    expect(codeOf(() => confirmUndo(cannot, tokenOf(cannot) ?? ''))).toBe('UNDO_IMPOSSIBLE');
  });

  it('after a restore that was cut off early, and is what its job says then', () => {
    const begun = restoring();
    const failed = told(begun, {
      input: 'failed',
      job: 'job-1',
      error: new PiKeepError('WORKER_DIED', { detail: 'SIGKILL' }),
    });
    expect(codeOf(() => chooseUndo(failed, 'job-1'))).toBe('UNDO_IMPOSSIBLE');
    const result = surveyOf(stick('sdb'), { unfinished: IMAGE, canUndo: true });
    const examined = told(failed, { input: 'examined', job: 'job-1', result });
    expect(chooseUndo(examined, 'job-1').id).toBe('job-1');
    expect(examined.jobs[0]?.state).toMatchObject({
      card: 'unfinished',
      actions: ['retry', 'undo'],
    });
    const gone = surveyOf(stick('sdb'), { unfinished: IMAGE, canUndo: false });
    const later = told(examined, { input: 'examined', job: 'job-1', result: gone });
    expect(codeOf(() => chooseUndo(later, 'job-1'))).toBe('UNDO_IMPOSSIBLE');
  });
});

/** A desk that restores to a stick. */
function restoring(disk = stick('sdb')): DeskState {
  const { state } = reviewed(asked(disk));
  const order = { kind: 'restore', title: 'octopi', image: IMAGE } as const;
  return told(
    state,
    { input: 'restore-closed' },
    { input: 'started', card: keyOf(state, 'sdb'), order },
  );
}

describe('a restore that ends early leaves a card that', () => {
  const figures = { bytes: 1, total: 2, bytesPerSecond: null, secondsLeft: null };
  it.each([
    ['checking', 'untouched'],
    ['opening', 'untouched'],
    ['writing', 'unfinished'],
    ['proving', 'unproven'],
    ['filing', 'unproven'],
  ] as const)('during %s is %s', (phase, card) => {
    const state = told(restoring(), {
      input: 'progressed',
      job: 'job-1',
      progress: { phase, ...figures },
    });
    const error = new PiKeepError('DEVICE_GONE', { path: '/dev/sdb' });
    const failed = step(state, { input: 'failed', job: 'job-1', error });
    expect(failed.state.jobs[0]?.state).toMatchObject({ is: 'failed', card });
    expect(failed.events).toMatchObject([{ happened: 'job-failed', kind: 'restore', card }]);
    const interrupted = new PiKeepError('INTERRUPTED', {});
    const cancelled = told(state, { input: 'failed', job: 'job-1', error: interrupted });
    expect(cancelled.jobs[0]?.state).toMatchObject({ is: 'cancelled', card });
  });
});

describe('a card that is written over', () => {
  it('stays the same card whatever it looks like meanwhile, without a notice, and is found again after', () => {
    const begun = restoring();
    const card = keyOf(begun, 'sdb');
    const { mediaName, bytes } = stick('sdb');
    const asPi = piCard('sdb', { mediaName, bytes });
    const { state, events } = step(begun, { input: 'listed', disks: [asPi], context: open });
    expect([keyOf(state, 'sdb'), events]).toEqual([card, []]);
    const other = restoring(piCard('sdb'));
    const marked = piCard('sdb', { scheme: 'none', tableId: null, partitions: [] });
    expect(keyOf(list(other, marked), 'sdb')).toBe(keyOf(other, 'sdb'));
    const done = told(state, { input: 'finished', job: 'job-1', result: restored, place: '' });
    expect(keyOf(list(done, asPi), 'sdb')).toBe(card);
    const [job] = done.jobs;
    expect(job?.identity).toBe(done.disks[0] && identityOf(done.disks[0]));
  });

  it('is another one when its size or medium is another', () => {
    const begun = restoring();
    const card = keyOf(begun, 'sdb');
    expect(keyOf(list(begun, stick('sdb', { bytes: 512 })), 'sdb')).not.toBe(card);
    expect(keyOf(list(begun, stick('sdb', { mediaName: 'Other' })), 'sdb')).not.toBe(card);
  });
});
