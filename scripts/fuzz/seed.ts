/** What the fuzzer starts from: sound cards, file systems, images and manifests, kept packed like the sample card. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SAMPLE_CARD } from '../sample-card.ts';

export const SEEDS = resolve(import.meta.dirname, '../../test/vectors/seeds');

export type SeedKind = 'card' | 'fat' | 'ext' | 'image' | 'manifest';

export interface Seed {
  /** "ext4-1k": the kind up to the first digit or hyphen. */
  readonly name: string;
  readonly kind: SeedKind;
  readonly content: Uint8Array;
  /** Sectors that are neither zeros nor file content, in bytes from the start: what the parsers live on. */
  readonly structure: readonly number[];
}

export const SECTOR = 512;
/** Every byte of the files in the seeds, so that file content is known when it is seen. */
export const FILE_BYTE = 0xd5;

const kinds: readonly SeedKind[] = ['card', 'fat', 'ext', 'image', 'manifest'];
const SUFFIX = '.gz';

export function seedNames(): string[] {
  const files = readdirSync(SEEDS).filter((file) => file.endsWith(SUFFIX));
  return ['card-sample', ...files.map((file) => file.slice(0, -SUFFIX.length))].sort();
}

export function loadSeed(name: string): Seed {
  const kind = kinds.find((candidate) => name.startsWith(candidate));
  if (!kind) throw new Error(`No such seed: ${name}`);
  const path = name === 'card-sample' ? SAMPLE_CARD : join(SEEDS, `${name}${SUFFIX}`);
  const content = unpack(gunzipSync(readFileSync(path)));
  return { name, kind, content, structure: structureOf(content) };
}

/** The form is described in `sample-card.ts`. */
function unpack(packed: Buffer): Uint8Array {
  const head = packed.indexOf('\n');
  const index: { bytes: number; blocks: [number, number][] } = JSON.parse(
    packed.toString('utf8', 0, head),
  );
  const content = new Uint8Array(index.bytes);
  let at = head + 1;
  for (const [offset, length] of index.blocks) {
    content.set(packed.subarray(at, at + length), offset);
    at += length;
  }
  return content;
}

function structureOf(content: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = 0; at < content.length; at += SECTOR) {
    const sector = content.subarray(at, at + SECTOR);
    if (Buffer.compare(sector, zeros.subarray(0, sector.length)) !== 0 && !isFileContent(sector)) {
      places.push(at);
    }
  }
  return places;
}

const zeros = Buffer.alloc(SECTOR);
const fileContent = Buffer.alloc(SECTOR, FILE_BYTE);

export function isFileContent(sector: Uint8Array): boolean {
  return Buffer.compare(sector, fileContent.subarray(0, sector.length)) === 0;
}
