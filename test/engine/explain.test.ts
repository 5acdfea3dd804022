import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, type ErrorFacts, PiKeepError } from '../../src/engine/errors.ts';
import { type Explanation, explain } from '../../src/engine/explain.ts';
import { errnoWords } from '../../src/engine/words/errno.ts';
import { refusalWords } from '../../src/engine/words/refusal.ts';

/** Arbitrary facts for every code; the type demands that none is forgotten. */
const missing = /\bundefined\b|\bNaN\b|\[object|\bnull\b/;
/** What a fact says itself is not what an explanation lacks. */
const text = fc.string({ minLength: 4, maxLength: 40 }).filter((words) => !missing.test(words));
const size = fc.nat({ max: 2 ** 43 });
const holder = fc.option(fc.record({ pid: fc.nat(), name: text }), { nil: null });
const errno = fc.constantFrom('EACCES', 'EROFS', 'EIO', 'EWEIRD');

const facts: { readonly [C in ErrorCode]: fc.Arbitrary<ErrorFacts[C]> } = {
  USAGE: fc.record({ detail: text }),
  NO_SUCH_DISK: fc.record({ disk: text }),
  NOT_A_CARD: fc.record({ disk: text, reason: fc.constantFrom('disk-image', 'internal', 'new') }),
  PROTECTED_DISK: fc.record({ disk: text, reason: fc.constantFrom('system-disk', 'destination') }),
  IDENTITY_CHANGED: fc.record({ disk: text, expected: text, found: text }),
  JOB_EXISTS: fc.record({ disk: text }),
  DESTINATION_MISSING: fc.record({ path: text }),
  DESTINATION_NOT_WRITABLE: fc.record({ path: text, errno }),
  DESTINATION_TOO_SMALL: fc.record({ path: text, neededBytes: size, freeBytes: size }),
  DESTINATION_FILE_LIMIT: fc.record({
    path: text,
    fileSystem: text,
    limitBytes: size,
    neededBytes: size,
  }),
  DESTINATION_ON_CARD: fc.record({ path: text, disk: text }),
  DESTINATION_EXISTS: fc.record({ path: text }),
  DESTINATION_FULL: fc.record({ path: text }),
  DESTINATION_FAILED: fc.record({ path: text, errno }),
  UNMOUNT_REFUSED: fc.record({ disk: text, holder }),
  EJECT_REFUSED: fc.record({ disk: text, holder }),
  PRIVACY_REFUSED: fc.record({ path: fc.constantFrom('/dev/rdisk4', '/dev/sdb') }),
  ACCESS_DENIED: fc.record({ path: fc.constantFrom('/dev/sdb', '/home/pi/a.img') }),
  DEVICE_BUSY: fc.record({ path: text }),
  DEVICE_GONE: fc.record({ path: text }),
  STALLED: fc.record({
    who: fc.constantFrom('reader', 'file', 'worker'),
    name: text,
    seconds: fc.nat({ max: 86_400 }),
  }),
  DIALOG_CANCELLED: fc.record({ door: text }),
  NOT_AUTHORIZED: fc.record({ door: text, detail: text }),
  DOOR_UNAVAILABLE: fc.record({ door: text, detail: text }),
  NO_DOOR: fc.record({ path: text, tried: text }),
  HELPER_FAILED: fc.record({ detail: text }),
  SOCKET_PATH_TOO_LONG: fc.record({ path: text, bytes: size }),
  LOST_IN_SLEEP: fc.record({ name: text, was: fc.constantFrom('DEVICE_GONE', 'READ_FAILED') }),
  READ_FAILED: fc.record({ path: text, offset: size, bytes: size, errno }),
  WRITE_FAILED: fc.record({ path: text, offset: size, bytes: size, errno }),
  WRITE_PROTECTED: fc.record({ path: text }),
  SIZE_CHANGED: fc.record({ path: text, expectedBytes: size, foundBytes: size }),
  VERIFY_DIFFERS: fc.record({ path: text, offset: size, bytes: size, ranges: fc.nat() }),
  CARD_UNRELIABLE: fc.record({ path: text, offset: size, bytes: size, ranges: fc.nat() }),
  CARD_DIFFERS: fc.record({
    disk: text,
    image: text,
    bytes: size,
    ranges: fc.nat(),
    places: text,
  }),
  OTHER_CARD: fc.record({ disk: text, image: text, expected: text, found: text }),
  CARD_CHANGED: fc.record({ disk: text, what: text }),
  NOTHING_TO_CONTINUE: fc.record({ path: text, detail: text }),
  CARD_NOT_AS_WRITTEN: fc.record({ disk: text, offset: size, bytes: size, ranges: fc.nat() }),
  FAKE_CAPACITY: fc.record({
    disk: text,
    claimedBytes: size,
    realBytes: fc.option(size, { nil: null }),
  }),
  TARGET_TOO_SMALL: fc.record({
    disk: text,
    image: text,
    missingBytes: size,
    what: text,
    command: fc.option(text, { nil: null }),
  }),
  NOT_CONFIRMED: fc.record({ disk: text, detail: text }),
  UNFINISHED_RESTORE: fc.record({ disk: text, image: text }),
  UNDO_IMPOSSIBLE: fc.record({ disk: text, detail: text }),
  NO_SUCH_IMAGE: fc.record({ path: text }),
  NOT_AN_IMAGE: fc.record({ path: text, what: text }),
  IMAGE_DAMAGED: fc.record({ path: text, detail: text }),
  NEEDS_UNPACKING: fc.record({ path: text, packedBytes: size }),
  NO_SUCH_FILE: fc.record({ path: text, what: fc.constantFrom('file', 'folder', 'link') }),
  FILE_DAMAGED: fc.record({ path: text, detail: text }),
  MANIFEST_MISSING: fc.record({ path: text }),
  MANIFEST_INVALID: fc.record({ path: text, detail: text }),
  LIBRARY_CHANGED: fc.record({ path: text }),
  TRASH_UNAVAILABLE: fc.record({ path: text, detail: text }),
  BAD_MESSAGE: fc.record({ from: text, detail: text }),
  STRANGER: fc.record({ from: text }),
  INTERRUPTED: fc.constantFrom({}, { kept: true as const }),
  WORKER_DIED: fc.record({ detail: text }),
  TOOL_MISSING: fc.record({ tool: text }),
  TOOL_FAILED: fc.record({ tool: text, detail: text }),
  SETTINGS_INVALID: fc.record({ path: text, detail: text }),
  UNSUPPORTED: fc.record({ what: text }),
  INTERNAL: fc.record({ detail: text }),
};

const codes = Object.keys(facts) as ErrorCode[];

function explained<C extends ErrorCode>(code: C, of: ErrorFacts[C]): Explanation {
  return explain(new PiKeepError(code, of));
}

function sample(code: ErrorCode): Explanation {
  const [of] = fc.sample(facts[code] as fc.Arbitrary<ErrorFacts[ErrorCode]>, {
    numRuns: 1,
    seed: 7,
  });
  return explained(code, of as ErrorFacts[ErrorCode]);
}

describe('the words for failures', () => {
  it.each(codes)('%s has a title, a message and a next step for any facts', (code) => {
    fc.assert(
      fc.property(facts[code] as fc.Arbitrary<ErrorFacts[ErrorCode]>, (of) => {
        const given = explained(code, of);
        for (const words of [given.title, given.message, given.next]) {
          expect(words.length).toBeGreaterThan(3);
          expect(words).not.toMatch(missing);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('show no internal code', () => {
    for (const code of codes) {
      const { title, message, next } = sample(code);
      for (const other of codes) {
        // "USAGE" and "INTERRUPTED" are also ordinary words, but never in capitals.
        expect(`${title} ${message} ${next}`).not.toContain(other);
      }
    }
  });

  it('are different for every code', () => {
    const titles = codes.map((code) => sample(code).title);
    const messages = codes.map((code) => sample(code).message);
    expect(new Set(titles).size).toBe(codes.length);
    expect(new Set(messages).size).toBe(codes.length);
  });
});

describe('a card of another size than was announced', () => {
  const words = (expectedBytes: number, foundBytes: number): string =>
    explained('SIZE_CHANGED', { path: '/dev/sdb', expectedBytes, foundBytes }).message;

  it('is so many bytes larger or smaller, and never fewer than none', () => {
    expect(words(2_000_000, 1_000_000)).toContain('1000000 bytes less');
    expect(words(1_000_000, 2_000_000)).toContain('1000000 bytes more');
    expect(words(2_000_000, 1_000_000)).not.toContain('-');
  });
});

describe('the four refusals to open a card', () => {
  const privacy = explained('PRIVACY_REFUSED', { path: '/dev/rdisk4' });
  const denied = explained('ACCESS_DENIED', { path: '/dev/rdisk4' });
  const busy = explained('DEVICE_BUSY', { path: '/dev/rdisk4' });
  const gone = explained('DEVICE_GONE', { path: '/dev/rdisk4' });

  it('privacy control names the setting, the terminal, and that macOS asks only once', () => {
    expect(privacy.next).toContain('System Settings › Privacy & Security');
    expect(privacy.next).toContain('Removable Volumes');
    expect(privacy.next).toContain('terminal');
    expect(privacy.message).toContain('never asks again');
  });

  it('privacy words do not send a Linux user to System Settings', () => {
    expect(explained('PRIVACY_REFUSED', { path: '/dev/sdb' }).next).not.toContain(
      'System Settings',
    );
  });

  it('a missing right asks for an administrator', () => {
    expect(denied.next).toContain('administrator');
  });

  it('a busy card asks to close programs, a missing one to put it back', () => {
    expect(busy.next).toContain('Close');
    expect(gone.next).toContain('Put the card back');
  });

  it('and those of the doors do not claim that a card is only read: a restore meets them too', () => {
    const door = 'authopen';
    const told = [
      ...[privacy, denied, busy, gone],
      explained('PRIVACY_REFUSED', { path: '/dev/sdb' }),
      explained('ACCESS_DENIED', { path: '/home/pi/a.img' }),
      explained('DIALOG_CANCELLED', { door }),
      explained('NOT_AUTHORIZED', { door, detail: 'no' }),
      explained('DOOR_UNAVAILABLE', { door, detail: 'no' }),
      explained('NO_DOOR', { path: '/dev/sdb', tried: 'none' }),
    ];
    for (const { title, message } of told)
      expect(`${title} ${message}`).not.toMatch(/\bread(ing)?\b/);
    expect(explained('DIALOG_CANCELLED', { door }).next).not.toContain('changes nothing');
  });

  it('share no next step', () => {
    expect(new Set([privacy.next, denied.next, busy.next, gone.next]).size).toBe(4);
  });
});

describe('the smaller tables', () => {
  it('name the process in the way where it is known', () => {
    const known = explained('UNMOUNT_REFUSED', {
      disk: 'disk4',
      holder: { pid: 123, name: 'mds_stores' },
    });
    expect(known.message).toContain('mds_stores (process 123)');
    expect(explained('UNMOUNT_REFUSED', { disk: 'disk4', holder: null }).message).toContain(
      'A program',
    );
  });

  it('an unknown system error is quoted so that it can be searched for', () => {
    expect(errnoWords('EWEIRD')).toContain('EWEIRD');
    expect(errnoWords('constructor')).toContain('constructor');
    expect(errnoWords('EROFS')).toBe('the volume is read-only');
  });

  it('an unknown refusal is quoted, never looked up in a prototype', () => {
    expect(refusalWords('toString')).toContain('toString');
    expect(refusalWords('internal')).toBe('It is built into this computer.');
  });
});
