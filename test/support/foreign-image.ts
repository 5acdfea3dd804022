/** Images as other programs make them: a plain file with a partition table, and the tools that pack it. */

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BufferPool } from '../../src/engine/aligned-memory.ts';
import { glanceAtImage } from '../../src/engine/image/glance-at-image.ts';
import type { MapEntry } from '../../src/engine/image/map.ts';
import {
  openRestoreSource,
  type RestoreSourceOptions,
} from '../../src/engine/image/open-restore-source.ts';
import { MAX_ENTRY_BYTES, type RestoreSource } from '../../src/engine/image/restore-source.ts';
import { createUnpacker } from '../../src/platform/unpacker.ts';
import { tool } from './file-systems.ts';
import { compressor, imageFiles, mixedCard } from './packed-image.ts';
import { findTool } from './tools.ts';

const MIB = 1024 * 1024;
export const unpacker = createUnpacker();
/** More than any image of these tests. */
const ROOMY = 1024 * MIB;

/** Two primary and three logical partitions, noise and text in some of them, and zeros at the end. */
export const MBR_LAYOUT = `label: dos
label-id: 0x5e3da3da
unit: sectors
start=2048, size=8192, type=c
start=10240, size=24576, type=5
start=12288, size=2048, type=83
start=16384, size=4096, type=83
start=22528, size=10240, type=83
start=34816, size=2048, type=83
`;

export const GPT_LAYOUT = `label: gpt
unit: sectors
start=2048, size=8192
start=10240, size=26624
`;

/** Writes a card's image of 20 MiB and a sector, and returns what is in it. */
export function makeForeignImage(path: string, layout = MBR_LAYOUT): Uint8Array {
  const content = mixedCard(20 * MIB + 512, [
    [MIB + 512, 3 * MIB],
    [5 * MIB, 4096],
    [11 * MIB, 700_000],
  ]);
  writeFileSync(path, content);
  tool('sfdisk', ['--quiet', '--no-reread', '--wipe', 'never', path], layout);
  return readFileSync(path);
}

/** Runs a packer that reads its standard input, or the file named last, and writes to its standard output. */
export function packed(image: string, name: string, command: readonly string[]): string {
  const path = join(image, '..', name);
  const [program = '', ...args] = command;
  const [input, output] = [openSync(image, 'r'), openSync(path, 'w')];
  try {
    execFileSync(findTool(program) ?? program, args, { stdio: [input, output, 'pipe'] });
  } finally {
    closeSync(input);
    closeSync(output);
  }
  return path;
}

type Options = Partial<RestoreSourceOptions>;

export function openForeign(path: string, options: Options = {}): Promise<RestoreSource> {
  return openRestoreSource({ ...defaults(path), ...options });
}

export function glanceAt(path: string, options: Options = {}): ReturnType<typeof glanceAtImage> {
  return glanceAtImage({ ...defaults(path), ...options });
}

function defaults(path: string): RestoreSourceOptions {
  const world = { files: imageFiles, compressor, unpacker };
  return {
    ...world,
    path,
    manifest: null,
    bmap: null,
    limitBytes: ROOMY,
    onProgress: () => undefined,
  };
}

/** Puts the entries where they belong; everything else stays `fill`. */
export async function restored(
  source: RestoreSource,
  entries: readonly MapEntry[] = source.map,
  fill = 0,
): Promise<Uint8Array> {
  const card = new Uint8Array(source.bytes).fill(fill);
  const pool = new BufferPool(4, MAX_ENTRY_BYTES);
  for await (const { offset, data, buffer } of source.read(entries, { pool, depth: 3 })) {
    card.set(data, offset);
    pool.release(buffer);
  }
  return card;
}
