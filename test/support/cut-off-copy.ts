/** A copy that is cut off: a file that stops taking writes, and what can happen to what it left behind. */

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { NewImageFile } from '../../src/engine/image/image-file.ts';
import type { ImageFormat } from '../../src/engine/image/image-format.ts';
import { CHECKPOINT_SUFFIX, type CheckpointHeader } from '../../src/library/checkpoint.ts';
import { boundFile } from './packed-image.ts';

export interface Spoiled {
  readonly kind: 'image' | 'cut' | 'checkpoint' | 'torn';
  /** From 0 to below 1: where. */
  readonly at: number;
}

/** The write of that number, counted from 1, gets half of its data to the disk and fails, and so does every later one. */
export function failing(file: NewImageFile, failAt: number): NewImageFile {
  let writes = 0;
  return Object.assign(boundFile(file), {
    async write(data: Uint8Array, offset: number) {
      if (++writes < failAt) return file.write(data, offset);
      await file.write(data.subarray(0, Math.floor(data.length / 8192) * 4096), offset);
      throw new PiKeepError('DESTINATION_FAILED', { path: file.path, errno: 'EIO' });
    },
  });
}

/** What happens to an image or its checkpoint while nobody looks. */
export function spoil({ kind, at: share }: Spoiled, partial: string): void {
  const checkpoint = partial + CHECKPOINT_SUFFIX;
  const { size } = statSync(partial);
  const at = (length: number): number => Math.floor(share * length);
  switch (kind) {
    case 'image':
      if (size > 0) addOne(partial, at(size));
      return;
    case 'cut':
      truncateSync(partial, at(size));
      return;
    case 'checkpoint': {
      if (!existsSync(checkpoint)) return;
      // A digit of a hash, or of anything else behind the header.
      const text = readFileSync(checkpoint, 'latin1');
      const start = text.indexOf('\n') + 1;
      const place = start + at(text.length - start);
      const digit = text[place] === '7' ? '8' : '7';
      if (/[0-9a-f]/.test(text[place] ?? '')) {
        writeFileSync(checkpoint, text.slice(0, place) + digit + text.slice(place + 1), 'latin1');
      }
      return;
    }
    case 'torn':
      if (existsSync(checkpoint)) truncateSync(checkpoint, at(statSync(checkpoint).size));
  }
}

export function addOne(file: string, position: number): void {
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, position);
  byte[0] = ((byte[0] ?? 0) + 1) % 256;
  writeSync(fd, byte, 0, 1, position);
  closeSync(fd);
}

export function unpacked(file: string, format: ImageFormat): Uint8Array {
  const content = readFileSync(file);
  if (format === 'img') return content;
  return format === 'img.gz' ? gunzipSync(content) : zstdDecompressSync(content);
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function header(format: ImageFormat, bytes: number): CheckpointHeader {
  const weak = {
    bytes,
    mediaName: null,
    diskUuid: null,
    tableId: null,
    partitions: [],
  };
  const strong = { tableId: null, fileSystems: [], hostname: null };
  return {
    checkpoint: 1,
    tool: 'test',
    title: 'card',
    format,
    card: { bytes, sectorBytes: 512, weak, strong },
    wholeCard: false,
    fullHash: false,
    verify: 'image',
    started: new Date(0).toISOString(),
    continued: [],
    plan: { sha256: '0'.repeat(64), totalBytes: bytes },
    structure: '0'.repeat(64),
  };
}
