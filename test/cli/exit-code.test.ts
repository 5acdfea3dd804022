import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodes } from '../../src/cli/exit-code.ts';
import type { ErrorCode } from '../../src/engine/errors.ts';

const page = readFileSync(new URL('../../docs/scripting.md', import.meta.url), 'utf8');

describe('exit codes', () => {
  it('are the ones the documentation promises', () => {
    const promised = [...page.matchAll(/^\| (\d+) \| /gm)].map((match) => Number(match[1]));
    expect(Object.values(exitCodes)).toEqual(promised);
  });

  it.each<[ErrorCode, number]>([
    ['USAGE', 2],
    ['NOT_A_CARD', 4],
    ['PROTECTED_DISK', 4],
    ['IDENTITY_CHANGED', 4],
    ['JOB_EXISTS', 4],
    ['DESTINATION_ON_CARD', 4],
    ['PRIVACY_REFUSED', 5],
    ['ACCESS_DENIED', 5],
    ['DIALOG_CANCELLED', 5],
    ['NOT_AUTHORIZED', 5],
    ['DESTINATION_NOT_WRITABLE', 5],
    ['DEVICE_BUSY', 1],
    ['DEVICE_GONE', 1],
    ['VERIFY_DIFFERS', 6],
    ['INTERRUPTED', 130],
  ])('%s ends with %d', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
  });
});
