import { expect, it } from 'vitest';
import { isCheckDue } from '../../src/engine/check-due.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

it.each([
  [null, 30, true],
  ['nonsense', 30, true],
  ['2026-10-23T12:00:00Z', 30, true],
  ['2026-10-23T12:00:01Z', 30, false],
  ['2026-11-22T11:59:59Z', 0, true],
  // A clock that was set back a little is no reason, one that was years ahead is.
  ['2026-11-22T20:00:00Z', 30, false],
  ['2031-01-01T00:00:00Z', 30, true],
])('a backup last read at %s is due after %i days: %s', (last, days, due) => {
  expect(isCheckDue(last, days, now)).toBe(due);
});
