import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedBytes } from '../../../src/engine/bytes.ts';
import { bmapText } from '../../../src/engine/image/bmap.ts';
import { parseBmap } from '../../../src/engine/image/bmap-reader.ts';

const hash = 'a'.repeat(64);
const map = [
  { offset: 0, bytes: 8192, sha256: hash },
  { offset: 40_960, bytes: 4096, sha256: 'b'.repeat(64) },
  { offset: 81_920, bytes: 512, sha256: 'c'.repeat(64) },
];
const text = bmapText(map, 82_432);

/** With the right checksum of its own again. */
function sealed(changed: string, algorithm = 'sha256'): string {
  const length = createHash(algorithm).digest('hex').length;
  const field = /(<BmapFile\w+>\s*)[0-9a-f]+/;
  const zeroed = changed.replace(field, `$1${'0'.repeat(length)}`);
  const sum = createHash(algorithm).update(zeroed).digest('hex');
  return zeroed.replace(field, `$1${sum}`);
}

/** As bmap-tools 2.x wrote it: the notes on version 1.3 in BmapCreate.py. */
const old = `<?xml version="1.0" ?>
<!-- Some words about <bmap> & more -->
<bmap version="1.3">
    <ImageSize> 82432 </ImageSize>
    <BlockSize> 4096 </BlockSize>
    <BlocksCount> 21 </BlocksCount>
    <MappedBlocksCount> 3     </MappedBlocksCount>
    <BmapFileSHA1> 0 </BmapFileSHA1>
    <BlockMap>
        <Range sha1="${'d'.repeat(40)}"> 0-1 </Range>
        <Range> 10 </Range>
    </BlockMap>
</bmap>
`;

describe('a block map', () => {
  it('is read as it was written', () => {
    expect(parseBmap(text)).toEqual({
      imageBytes: 82_432,
      algorithm: 'sha256',
      ranges: map.map(({ offset, bytes, sha256 }) => ({ offset, bytes, hash: sha256 })),
    });
  });

  it('of version 1.3 has SHA-1, and ranges without a checksum', () => {
    expect(parseBmap(sealed(old, 'sha1'))).toEqual({
      imageBytes: 82_432,
      algorithm: 'sha1',
      ranges: [
        { offset: 0, bytes: 8192, hash: 'd'.repeat(40) },
        { offset: 40_960, bytes: 4096, hash: null },
      ],
    });
    expect(() => parseBmap(old)).toThrow('no checksum');
  });

  it('of version 1.2 has no checksums at all', () => {
    const older = old
      .replace('"1.3"', '"1.2"')
      .replace(/.*BmapFileSHA1.*\n/, '')
      .replace(/ sha1="\w+"/, '');
    expect(parseBmap(older)).toMatchObject({ algorithm: null, ranges: [{ hash: null }, {}] });
  });

  it('may use another checksum of those that bmaptool knows', () => {
    const other = text
      .replace('sha256', 'sha512')
      .replace(/chksum="(.)\w+"/g, (_, letter: string) => `chksum="${letter.repeat(128)}"`);
    expect(parseBmap(sealed(other, 'sha512')).ranges[0]?.hash).toBe('a'.repeat(128));
  });

  it.each([
    ['nothing', ''],
    ['other XML', '<?xml version="1.0" ?>\n<plist version="1.0"></plist>'],
    ['version 3', text.replace('"2.0"', '"3.0"')],
    ['a document type', text.replace('<bmap', '<!DOCTYPE x [<!ENTITY a "1">]><bmap')],
    ['an entity', text.replace(' 4096 ', ' &a; ')],
    ['CDATA', text.replace(' 4096 ', '<![CDATA[4096]]>')],
    ['a field twice', text.replace('<BlockSize>', '<BlockSize> 512 </BlockSize>\n<BlockSize>')],
    ['a field that is missing', text.replace(/.*BlocksCount.*\n/, '')],
    ['two lists', text.replace('</bmap>', '<BlockMap></BlockMap></bmap>')],
    ['no list', text.replace(/<BlockMap>[\s\S]*<\/BlockMap>/, '')],
    ['something in the list', text.replace('<Range', '<Rage/><Range')],
    ['an unknown checksum', text.replace('sha256', 'md5')],
    ['a checksum that is too short', text.replace(hash, 'abc')],
    ['blocks of nothing', text.replace(' 4096 ', ' 0 ')],
    ['blocks of half a sector', text.replace(' 4096 ', ' 256 ')],
    ['huge blocks', text.replace(' 4096 ', ' 999999999999 ')],
    ['another number of blocks', text.replace(' 21 ', ' 22 ')],
    ['another number of mapped blocks', text.replace(' 4 ', ' 5 ')],
    ['a range behind the image', text.replace(' 20 ', ' 21 ')],
    ['a range that overlaps', text.replace(' 10 ', ' 1 ')],
    ['ranges in another order', text.replace(' 20 ', ' 9 ')],
    ['a range that ends before it begins', text.replace(' 0-1 ', ' 1-0 ')],
    ['a size beyond all bounds', text.replace(' 82432 ', ` ${'9'.repeat(40)} `)],
    ['a size with a sign', text.replace(' 82432 ', ' -82432 ')],
  ])('with %s is refused', (_, changed) => {
    expect(changed).not.toBe(text);
    expect(() => parseBmap(sealed(changed))).toThrow(MalformedBytes);
  });

  it('notices every change of a byte', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 33, max: 126 }), (at, code) => {
        const letter = String.fromCharCode(code);
        fc.pre(text[at] !== letter);
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(() => parseBmap(changed)).toThrow(MalformedBytes);
      }),
      { numRuns: 300 },
    );
  });

  it('of any text takes no long time', () => {
    const started = performance.now();
    for (const part of [
      '<!--',
      '<bmap version="2.0">',
      '   ',
      '<Range> 1 </Range>',
      '<a>',
      '<BlockMap>',
    ]) {
      expect(() => parseBmap(part.repeat(1_000_000 / part.length))).toThrow(MalformedBytes);
      const inside = text.replace(
        '<BlockMap>',
        `<BlockMap>${part.repeat(1_000_000 / part.length)}`,
      );
      if (part.trim() !== '') expect(() => parseBmap(sealed(inside))).toThrow(MalformedBytes);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
