/** What lies beside an image: its manifest, in full and at a glance, and its block map. */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { MalformedBytes } from '../../../src/engine/bytes.ts';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import { bmapText } from '../../../src/engine/image/bmap.ts';
import { parseBmap } from '../../../src/engine/image/bmap-reader.ts';
import {
  type Manifest,
  manifestSchema,
  parseManifest,
} from '../../../src/engine/image/manifest.ts';
import { type MapEntry, mapSha256 } from '../../../src/engine/image/map.ts';
import { readManifestHead } from '../../../src/library/manifest-head.ts';
import type { Random } from '../random.ts';
import { draw } from './draw.ts';
import { bytesOf, type InputParser, jsonOf, textOf } from './parser.ts';

const CARD_BYTES = 64 * 1024 * 1024;
const BLOCK = 4096;

export const besideImages: readonly InputParser[] = [
  {
    name: 'manifest',
    form: 'json',
    share: 0.1,
    sample: sampleManifest,
    mend: mendManifest,
    judge: judgeManifest,
  },
  {
    name: 'bmap',
    form: 'text',
    words: [
      '<Range>',
      '</Range>',
      '<bmap version="2.0">',
      '<!--',
      '-->',
      ' - ',
      '&a;',
      'chksum="',
      '<BlockMap>',
    ],
    sample: (random) => bytesOf(bmapText(mapOf(random), CARD_BYTES)),
    mend: mendBmap,
    judge: judgeBmap,
  },
];

function mapOf(random: Random): MapEntry[] {
  const map: MapEntry[] = [];
  for (let at = 0; map.length < 12 && at < CARD_BYTES; ) {
    const bytes = BLOCK * (1 + random.below(64));
    map.push({ offset: at, bytes, sha256: random.bytes(32).toString('hex') });
    at += bytes + BLOCK * random.below(200);
  }
  return map;
}

function sampleManifest(random: Random): Uint8Array {
  const drawn = v.parse(manifestSchema, draw(manifestSchema, random));
  const map = mapOf(random);
  const { blocks: _, ...image } = drawn.image;
  const manifest: Manifest = {
    ...drawn,
    image,
    map,
    source: { bytes: CARD_BYTES, sectorBytes: 512 },
    content: { ...drawn.content, sha256: mapSha256(map) },
  };
  return bytesOf(JSON.stringify(manifest));
}

const looseMap = v.looseObject({
  map: v.array(v.looseObject({ offset: v.number(), bytes: v.number(), sha256: v.string() })),
  content: v.looseObject({}),
});

function mendManifest(input: Uint8Array): Uint8Array {
  const value = jsonOf(input);
  if (!v.is(looseMap, value)) return input;
  return bytesOf(
    JSON.stringify({ ...value, content: { ...value.content, sha256: mapSha256(value.map) } }),
  );
}

/** What the whole manifest is accepted for, the look at its two ends accepts as well. */
async function judgeManifest(input: Uint8Array, folder: string): Promise<void> {
  const file = join(folder, 'fuzz.img.pikeep.json');
  writeFileSync(file, input);
  const head = await readManifestHead(file);
  let manifest: Manifest;
  try {
    manifest = parseManifest(textOf(input), file);
  } catch (error) {
    if (!isPiKeepError(error, 'MANIFEST_INVALID')) throw error;
    return;
  }
  requireRanges(manifest.map, manifest.source.bytes);
  if (head === null) throw new Error('the head of a valid manifest is not understood');
  const { map: _, ...rest } = manifest;
  if (JSON.stringify(head) !== JSON.stringify(rest)) throw new Error('head and manifest differ');
}

/** The number of blocks, and then the checksum of all of it. */
function mendBmap(input: Uint8Array): Uint8Array {
  let blocks = 0;
  const text = textOf(input).replace(/">\s*(\d{1,9})(?:-(\d{1,9}))?\s*</g, (range, first, last) => {
    blocks += Number(last ?? first) - Number(first) + 1;
    return range;
  });
  const counted = text.replace(/(<MappedBlocksCount> )\d+/, (_, tag) => `${tag}${blocks}`);
  const checksum = /(<BmapFileChecksum>\s*)([0-9a-f]{64})/.exec(counted)?.[2];
  if (checksum === undefined) return bytesOf(counted);
  const zeroed = counted.replace(checksum, '0'.repeat(64));
  return bytesOf(counted.replace(checksum, createHash('sha256').update(zeroed).digest('hex')));
}

function judgeBmap(input: Uint8Array): void {
  try {
    const { ranges, imageBytes } = parseBmap(textOf(input));
    requireRanges(ranges, imageBytes);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
}

/** Ascending, disjoint, not empty, inside. */
function requireRanges(ranges: readonly { offset: number; bytes: number }[], size: number): void {
  let end = 0;
  for (const { offset, bytes } of ranges) {
    if (!Number.isSafeInteger(offset + bytes) || offset < end || bytes <= 0) {
      throw new Error(`a range of ${bytes} bytes at ${offset}`);
    }
    end = offset + bytes;
  }
  if (end > size) throw new Error(`ranges up to ${end} of ${size} bytes`);
}
