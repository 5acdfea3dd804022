import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import { type Mark, redactFacts, redactWords } from '../../src/engine/redact.ts';

const mark: Mark = (text) => createHmac('sha256', 'secret').update(text).digest('hex').slice(0, 6);

/** What must never be read in a log by anybody: names, places, numbers that name a thing. */
const personal = [
  ...[
    'octopi',
    'annas-pi',
    'Müllers Küche',
    'живая-малина',
    'raspberry.fritz.box',
    'ann',
    'Ann Onym',
  ],
  ...['/Users/ann/PiKeep/octopi', '/home/ann/.ssh/id_ed25519', 'C:\\Users\\ann', '~ann/cards'],
  ...['ann@example.org', '192.168.178.23', 'fe80::1ff:fe23:4567:890a', 'b8:27:eb:12:34:56'],
  ...['0x1234ABCD', '5e3da3da-02', '4C530001250512109374', 'S/N:AA1700', 'WLAN-7490', 'hunter2'],
  ...['octopi\u0000', 'ｏｃｔｏｐｉ', 'oc\u200Btopi', 'pi🍓garden', 'x'.repeat(5000)],
];

const fillers = [
  '',
  ' ',
  'direct: this user may not read ',
  '; helper: ',
  '“',
  '”. ',
  '\n',
  '(',
  ')',
  ' = ',
];
const names = [
  'detail',
  'tried',
  'path',
  'disk',
  'image',
  'what',
  'expected',
  'holder',
  'errno',
  'tool',
];

describe('a log without anything personal', () => {
  it('keeps what our own errors say about doors, devices and sizes', () => {
    const error = new PiKeepError('NO_DOOR', {
      path: '/dev/rdisk4',
      tried: 'direct: this user may not read /dev/rdisk4; helper: it has not been built',
    });
    expect(redactFacts(error.facts, mark)).toEqual({
      path: '/dev/rdisk4',
      tried: 'direct: this user may not read /dev/rdisk4; helper: it has not been built',
    });
    const facts = { path: '/dev/sdb', offset: 4096, bytes: 512, errno: 'EIO' };
    expect(redactFacts(new PiKeepError('READ_FAILED', facts).facts, mark)).toEqual(facts);
  });

  it('hides names, and shows that two are the same', () => {
    const facts = redactFacts(
      { path: '/Users/ann/octopi.img', disk: 'octopi.img', image: 'octopi.img' },
      mark,
    );
    expect(facts['path']).toMatch(/^path#[0-9a-f]{6}$/);
    expect(facts['disk']).toMatch(/^#[0-9a-f]{6}$/);
    expect(facts['image']).toBe(facts['disk']);
  });

  it('hides a name in the middle of a sentence, and nothing twice', () => {
    const once = redactWords('open /Users/ann/PiKeep failed: EACCES (octopi)', mark);
    expect(once).toMatch(/^open #[0-9a-f]{6} failed: EACCES \(#[0-9a-f]{6}\)$/);
    expect(redactWords(once, mark)).toBe(once);
  });

  it('lets nothing personal through, wherever it stands and however it is wrapped', () => {
    const secret = fc.constantFrom(...personal);
    const filler = fc.constantFrom(...fillers);
    const sentence = fc.tuple(filler, secret, filler).map((parts) => parts.join(''));
    const value: fc.Arbitrary<unknown> = fc.oneof(
      sentence,
      fc.array(sentence, { maxLength: 3 }),
      fc.record({ pid: fc.nat(), name: sentence, deep: fc.record({ detail: sentence }) }),
    );
    const key = fc.oneof(fc.constantFrom(...names), secret);
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (facts) => {
        const written = JSON.stringify(redactFacts(facts, mark));
        for (const one of personal) expect(written).not.toContain(one);
        for (const piece of [
          'octopi',
          'ann/',
          'Müller',
          'малина',
          'ed25519',
          '1234ABCD',
          '192.168',
          'ｏ',
          '🍓',
        ]) {
          expect(written).not.toContain(piece);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded, whatever it is given', () => {
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let level = 0; level < 1000; level += 1)
      inner = inner['what'] = {} as Record<string, unknown>;
    const wide = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [
        `read${'Write'.repeat(at % 4)}${'Copy'.repeat(Math.floor(at / 4) % 3)}`,
        'y'.repeat(10_000),
      ]),
    );
    expect(
      JSON.stringify(redactFacts({ deep, wide, list: Array(9999).fill(1) }, mark)).length,
    ).toBeLessThan(4000);
  });
});
