import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPiKeepError } from '../../src/engine/errors.ts';
import {
  joinPath,
  nameBytes,
  nameText,
  splitPath,
  splitTarget,
  targetText,
} from '../../src/engine/file-name.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const anyName = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 255 }),
  fc.string({ unit: 'binary', minLength: 1 }).map(bytesOf),
  fc
    .array(fc.constantFrom('é', 'é', ' ', '\\', '\\x41', '/', '.', '\n', '‮', '😀', '\0'), {
      minLength: 1,
    })
    .map((parts) => bytesOf(parts.join(''))),
);

describe('names as text', () => {
  it('lead back to the same bytes, whatever they are', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const back = nameBytes(nameText(name));
        expect(back && Buffer.compare(back, name)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('hold nothing that moves a cursor, hides, ends a name or leads upwards', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const text = nameText(name);
        expect(text).not.toMatch(/[\p{C}/]/u);
        expect(text).not.toMatch(/^\s|\s$|(?! )\p{Z}/u);
        expect(text.normalize('NFC')).toBe(text);
        expect(['.', '..', '']).not.toContain(text);
        // As a part of a path it is that one name.
        expect(splitPath(joinPath('/', text))).toEqual([Buffer.from(name)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('stay as they are where they are plain', () => {
    for (const name of [
      'hostname',
      'Ein langer Name',
      'Müller',
      '日本語',
      '...',
      '.x',
      'a.b~$',
      '😀',
    ]) {
      expect(nameText(bytesOf(name))).toBe(name);
    }
    expect(nameText(bytesOf('a\nb'))).toBe('a\\x0Ab');
    expect(nameText(bytesOf('a\\b'))).toBe('a\\x5Cb');
    expect(nameText(bytesOf('..'))).toBe('\\x2E\\x2E');
    expect(nameText(bytesOf('../etc'))).toBe('..\\x2Fetc');
    expect(nameText(Buffer.from('M\xfcller', 'latin1'))).toBe('M\\xFCller');
    expect(nameText(bytesOf('u\u0308'))).toBe('u\\xCC\\x88');
    expect(nameText(bytesOf(' a b '))).toBe('\\x20a b\\x20');
  });

  it('are refused where a backslash begins no byte', () => {
    for (const text of ['', '\\', 'a\\n', '\\x4', '\\xZZ', 'a\\\\b'])
      expect(nameBytes(text)).toBeNull();
    expect(nameBytes('\\x2f\\x2F')).toEqual(Buffer.from('//'));
  });
});

describe('paths', () => {
  it('begin at the root and go down and up', () => {
    expect(splitPath('/')).toEqual([]);
    expect(splitPath('//a/./b/../\\x2E\\x2E/')).toEqual(
      ['a', 'b', 'up', '..'].map((step) => (step === 'up' ? step : Buffer.from(step))),
    );
    for (const path of ['', 'a', './a', '/a\\b']) {
      expect(() => splitPath(path)).toThrow(
        expect.toSatisfy((error: unknown) => isPiKeepError(error, 'USAGE')),
      );
    }
  });

  it('of links are taken as the bytes that they are', () => {
    const target = Buffer.from('/../a\\b//./\xff', 'latin1');
    expect(splitTarget(target)).toEqual({
      isAbsolute: true,
      steps: ['up', Buffer.from('a\\b'), Buffer.from([0xff])],
    });
    expect(targetText(target)).toBe('/../a\\x5Cb//./\\xFF');
    fc.assert(
      fc.property(anyName, (bytes) => {
        expect(nameBytes(targetText(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
