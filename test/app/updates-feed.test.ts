import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkedFeed, FEED_FILE, feedFileOf, readFeed } from '../../src/app/updates-feed.ts';

const good = 'https://example.org/pikeep/arm64';

describe('the address of a feed', () => {
  it.each([good, 'https://localhost:8443/feed', 'https://a.example.org/~pikeep/v1.2/x64'])(
    'may be %s',
    (address) => {
      expect(checkedFeed(address)).toBe(address);
    },
  );

  it.each([
    ['', 'no address'],
    ['pikeep.example.org/feed', 'no address'],
    ['http://example.org/pikeep', 'not https'],
    ['file:///etc/pikeep', 'not https'],
    ['javascript:alert(1)', 'not https'],
    ['https://ann@example.org/pikeep', 'name or a password'],
    ['https://ann:secret@example.org/pikeep', 'name or a password'],
    ['https://example.org/pikeep?user=7', 'a query'],
    ['https://example.org/pikeep?', 'a query'],
    ['https://example.org/pikeep#x', 'a query or a fragment'],
    ['https://example.org', 'no folder'],
    ['https://example.org/', 'no folder'],
    ['https://example.org/pikeep/', 'no folder'],
    ['https://example.org/pikeep/../other', 'no folder'],
    ['https://example.org//pikeep', 'no folder'],
    ['https://example.org:443/pikeep', 'no folder'],
    ['https://EXAMPLE.org/pikeep', 'no folder'],
    ['https://exаmple.org/pikeep', 'no folder'],
    ['https://example.org/pi keep', 'no folder'],
    ['https://example.org/pi%6Beep', 'no folder'],
    ['https://example.org/pikeep\nprovider: github', 'no folder'],
    ['https://example.org\\@other.org/pikeep', 'no folder'],
    [`https://example.org/${'x'.repeat(600)}`, 'too long'],
  ])('may not be %j', (address, problem) => {
    expect(() => checkedFeed(address)).toThrow(problem);
  });
});

describe('the feed of a package', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-feed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (text: string) => writeFileSync(join(folder, FEED_FILE), text);

  it('is none where packaging wrote none', async () => {
    expect(await readFeed(folder)).toBe(null);
  });

  it('is the one that packaging wrote', async () => {
    write(feedFileOf(good));
    expect(await readFeed(folder)).toBe(good);
    const longest = `https://example.org/${'x'.repeat(512 - 20)}`;
    write(feedFileOf(longest));
    expect(await readFeed(folder)).toBe(longest);
  });

  it.each([
    ['', 'no address'],
    [feedFileOf(good).replace('https', 'http'), 'not https'],
    [feedFileOf(good).replace('generic', 'github'), 'not as packaging writes it'],
    [feedFileOf(good).replace('pikeep-updater', '../../elsewhere'), 'not as packaging writes it'],
    [`${feedFileOf(good)}token: secret\n`, 'not as packaging writes it'],
    [`url: ${good}\n${feedFileOf('https://example.com/other')}`, 'not as packaging writes it'],
    ['x'.repeat(1_000_000), 'no address'],
  ])('is none, and that is said, where the file is %j', async (text, problem) => {
    write(text);
    await expect(readFeed(folder)).rejects.toThrow(problem);
  });
});
