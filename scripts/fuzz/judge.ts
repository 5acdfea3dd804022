/** Runs the parsers over a case and says what is wrong with what they answer; anything thrown is wrong too. */

import * as v from 'valibot';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import type { Range } from '../../src/engine/chunks.ts';
import { isPiKeepError, PiKeepError } from '../../src/engine/errors.ts';
import { openExt } from '../../src/engine/ext.ts';
import { mapExt, replayedView } from '../../src/engine/ext-map.ts';
import { intersect } from '../../src/engine/extents.ts';
import { openFat } from '../../src/engine/fat.ts';
import { mapFat } from '../../src/engine/fat-map.ts';
import type { FileSystemMap } from '../../src/engine/file-system-map.ts';
import type { ImageFiles } from '../../src/engine/image/image-file.ts';
import { parseManifest } from '../../src/engine/image/manifest.ts';
import { openImage } from '../../src/engine/image/open-image.ts';
import { readPartitionTable } from '../../src/engine/partitions.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import { portraitSchema } from '../../src/engine/portrait-schema.ts';
import { mapUsed, type UsedMap } from '../../src/engine/used-map.ts';
import { createCompressor } from '../../src/platform/compression.ts';
import { judgeFiles } from './judge-files.ts';
import { memoryOf } from './memory-device.ts';
import type { SeedKind } from './seed.ts';

/** What the parsers say of a case, for comparing it with what they say of its seed. */
export interface Verdict {
  /** What the map leaves out is the rest; null where there is no map. */
  readonly used: readonly Range[] | null;
  readonly partitions: readonly Range[];
}

const SMALL_FILE_BYTES = 64 * 1024;

/** Throws whatever is thrown, and an Error where an answer cannot be right. */
export async function judge(kind: SeedKind, content: Uint8Array): Promise<Verdict> {
  switch (kind) {
    case 'card':
      return judgeCard(memoryOf(content));
    case 'fat':
      return judgeFat(memoryOf(content));
    case 'ext':
      return judgeExt(memoryOf(content));
    case 'image':
      return judgeImage(content);
    case 'manifest':
      return judgeManifest(content);
  }
}

async function judgeCard(device: BlockDevice): Promise<Verdict> {
  await readPartitionTable(device);
  const card = await readCard(device);
  for (const { fat, ext } of card.partitions) {
    await fat?.readFile('cmdline.txt', SMALL_FILE_BYTES);
    await ext?.readFile('/etc/fstab', SMALL_FILE_BYTES);
  }
  await judgeFiles(device);
  const drawn = v.safeParse(portraitSchema, await readPortrait(device, card));
  if (!drawn.success)
    throw new Error(`a portrait that no manifest takes: ${drawn.issues[0].message}`);
  const map = await mapUsed(device, card);
  checkUsedMap(map, device.size);
  return { used: map.ranges, partitions: card.partitions };
}

function checkUsedMap(map: UsedMap, size: number): void {
  checkRanges(map.ranges, size);
  const sum = map.ranges.reduce((total, { bytes }) => total + bytes, 0);
  if (sum !== map.bytes) throw new Error(`the map has ${sum} bytes and says ${map.bytes}`);
  for (const { offset, bytes } of map.ranges) {
    const end = offset + bytes;
    if (offset % 4096 !== 0 || (end % 4096 !== 0 && end !== size)) {
      throw new Error(`the map is not aligned at ${offset}`);
    }
  }
}

async function judgeFat(device: BlockDevice): Promise<Verdict> {
  const volume = await openFat(device);
  for (const name of (await volume?.rootNames())?.slice(0, 20) ?? []) {
    const file = await volume?.readFile(name, SMALL_FILE_BYTES);
    if (file && file.length > SMALL_FILE_BYTES) throw new Error(`${name} is larger than asked for`);
  }
  await judgeFiles(device);
  return fileSystemVerdict(await mapFat(device), device.size);
}

async function judgeExt(device: BlockDevice): Promise<Verdict> {
  const view = await replayedView(device);
  for (const volume of [await openExt(device), view && (await openExt(view))]) {
    for (const path of ['/etc/hostname', '/file', '/etc/../etc/os-release']) {
      await volume?.readFile(path, 1024 * 1024);
    }
  }
  await judgeFiles(device);
  return fileSystemVerdict(await mapExt(device), device.size);
}

function fileSystemVerdict(map: FileSystemMap, size: number): Verdict {
  if (map.strategy === 'whole') return { used: null, partitions: [] };
  checkRanges(map.used, Math.min(map.bytes, size));
  if (map.bytes > size) throw new Error(`a file system of ${map.bytes} bytes on ${size}`);
  if (!(map.usedBytes >= 0 && map.usedBytes <= map.bytes)) {
    throw new Error(`${map.usedBytes} bytes used of ${map.bytes}`);
  }
  return { used: map.used, partitions: [] };
}

/** Sorted, disjoint, not empty, and within `size` bytes. */
function checkRanges(ranges: readonly Range[], size: number): void {
  let end = 0;
  for (const { offset, bytes } of ranges) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new Error(`a range of ${bytes} bytes at ${offset}`);
    }
    if (offset < end) throw new Error(`the range at ${offset} is not after the one before it`);
    end = offset + bytes;
  }
  if (end > size) throw new Error(`the map reaches ${end} of ${size} bytes`);
}

const compressor = createCompressor();
const READ_BYTES = 64 * 1024;

async function judgeImage(content: Uint8Array): Promise<Verdict> {
  const nothing = { used: null, partitions: [] };
  const files: Pick<ImageFiles, 'open'> = {
    open: async () => ({ device: memoryOf(content), readBackMethod: 'read-back-cached' }),
  };
  const path = content[0] === 0x1f ? 'fuzz.img.gz' : 'fuzz.img.zst';
  try {
    const options = { files: { ...files, create: refuse }, compressor, path, manifest: null };
    const { device } = await openImage(options);
    const into = new Uint8Array(Math.min(READ_BYTES, device.size));
    for (const at of [0, Math.floor((device.size - into.length) / 2), device.size - into.length]) {
      await device.read(into, at);
    }
    await device.close();
  } catch (error) {
    if (!isPiKeepError(error, 'IMAGE_DAMAGED', 'UNSUPPORTED')) throw error;
  }
  return nothing;
}

function refuse(): never {
  throw new PiKeepError('INTERNAL', { detail: 'reading an image made a file' });
}

function judgeManifest(content: Uint8Array): Verdict {
  try {
    const manifest = parseManifest(Buffer.from(content).toString(), 'fuzz');
    checkRanges(manifest.map, manifest.source.bytes);
  } catch (error) {
    if (!isPiKeepError(error, 'MANIFEST_INVALID')) throw error;
  }
  return { used: null, partitions: [] };
}

/** A file-system change must not touch what others use: throws unless both maps are the same within `where`. */
export function requireSame(before: Verdict, after: Verdict, where: readonly Range[]): void {
  const [left, right] = [before, after].map(({ used }) => used && intersect(used, where));
  if (JSON.stringify(left) !== JSON.stringify(right)) {
    throw new Error('the map has changed where nothing that it depends on has');
  }
}
