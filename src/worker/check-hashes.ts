/** The SHA-256 of an image file, and of the image in it, for whoever compares by hand. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type BlockDevice, readUpTo } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { checkOf, type HealthCheck } from '../engine/health.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { english } from '../language/english.ts';
import type { CheckResult } from './check-results.ts';
import { phaseMeter } from './phase-progress.ts';
import type { TaskContext } from './task-context.ts';

const PIECE_BYTES = 4 * 1024 * 1024;

/** Puts what it computes into `hashes`. Throws INTERRUPTED, and ACCESS_DENIED when the file may not be read any more. */
export async function checkHashes(
  image: string,
  device: BlockDevice,
  manifest: Manifest | null,
  hashes: CheckResult['hashes'],
  context: TaskContext,
): Promise<HealthCheck> {
  const expected = manifest?.content.plainSha256 ?? null;
  try {
    hashes.file = await hashOfFile(image, context);
    const isPlain = manifest
      ? manifest.image.format === 'img'
      : device.size === (await stat(image)).size;
    hashes.plain = isPlain ? hashes.file : await hashOfDevice(device, context);
  } catch (error) {
    if (!isPiKeepError(error, 'READ_FAILED', 'IMAGE_DAMAGED')) throw error;
    const detail = english`The image cannot be read to its end, so it has no SHA-256.`;
    const next = english`Use another copy of this backup.`;
    return checkOf('hashes', '', [{ state: 'fail', detail, next }]);
  }
  if (expected !== null && expected !== hashes.plain) {
    const detail = english`The SHA-256 of the unpacked image is not the one in the manifest.`;
    const next = english`Do not rely on this backup: use another copy of it, or make a new one.`;
    return checkOf('hashes', '', [{ state: 'fail', detail, next }]);
  }
  const fine =
    expected === null
      ? english`They were computed; the manifest has none of the whole image to compare with.`
      : english`The SHA-256 of the unpacked image is the one in the manifest.`;
  return checkOf('hashes', fine, []);
}

async function hashOfFile(image: string, context: TaskContext): Promise<string> {
  const { size } = await stat(image);
  const meter = phaseMeter('reading', size, context);
  const hash = createHash('sha256');
  const stream = createReadStream(image, { highWaterMark: PIECE_BYTES });
  let offset = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      throwIfInterrupted(context.signal);
      hash.update(piece);
      offset += piece.length;
      meter(piece.length);
    }
  } catch (error) {
    if (isPiKeepError(error)) throw error;
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    const facts = { path: image, offset, bytes: PIECE_BYTES, errno };
    throw new PiKeepError('READ_FAILED', facts, { cause: error });
  } finally {
    stream.destroy();
  }
  return hash.digest('hex');
}

async function hashOfDevice(device: BlockDevice, context: TaskContext): Promise<string> {
  const meter = phaseMeter('reading', device.size, context);
  const hash = createHash('sha256');
  for (let at = 0; at < device.size; at += PIECE_BYTES) {
    throwIfInterrupted(context.signal);
    const piece = await readUpTo(device, at, PIECE_BYTES);
    hash.update(piece);
    meter(piece.length);
  }
  return hash.digest('hex');
}
