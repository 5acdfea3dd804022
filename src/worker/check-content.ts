/** Reads an image as a whole and compares it with its manifest; a difference is told with what lies there. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Card } from '../engine/card.ts';
import type { Range } from '../engine/chunks.ts';
import { isPiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { checkOf, type HealthCheck } from '../engine/health.ts';
import { day } from '../engine/health-manifest.ts';
import { nameUnreadable } from '../engine/health-unreadable.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { verifyImage } from '../engine/verify.ts';
import { shownText } from '../engine/volume-spec.ts';
import { english, inEnglish } from '../language/english.ts';
import type { LastCheck } from '../library/report-file.ts';
import { phaseMeter } from './phase-progress.ts';
import type { TaskContext } from './task-context.ts';

const NEXT = english`Do not rely on this backup: use another copy of it, or make a new one, best on another disk.`;

/** Names of what lies where the image differs. */
const TOLD = 5;

/** Throws INTERRUPTED, DEVICE_GONE and the like. */
export async function checkContent(
  device: BlockDevice,
  manifest: Manifest,
  card: Card | null,
  context: TaskContext,
): Promise<HealthCheck> {
  const { signal } = context;
  const { bytes } = manifest.source;
  try {
    const onProgress = phaseMeter('reading', bytes, context);
    await verifyImage({ device, bytes, map: manifest.map, signal, onProgress });
  } catch (error) {
    if (isPiKeepError(error, 'VERIFY_DIFFERS')) {
      const { offset, ranges, bytes: differing } = error.facts;
      const size = inEnglish(() => formatBytes(differing));
      const first = manifest.map.find((entry) => entry.offset === offset);
      const names = first && card ? await namesOn(device, card, first, signal) : [];
      const why =
        ranges === 1
          ? english`it differs from what was read from the card in one range (${size})`
          : english`it differs from what was read from the card in ${ranges} ranges (${size})`;
      return contentLost(
        names.length === 0
          ? why
          : english`${why}; there, or in the first of them, lie ${names.join('; ')}`,
      );
    }
    if (isPiKeepError(error, 'READ_FAILED')) {
      return contentLost(english`byte ${error.facts.offset} of it cannot be read`);
    }
    if (isPiKeepError(error, 'IMAGE_DAMAGED')) return contentLost(error.facts.detail);
    throw error;
  }
  return checkOf('content', english`Every byte was read, and is what was read from the card.`, []);
}

/**
 * What lies in the first range that differs. Its hash covers it as a whole, so which of these is hit is not known; files are
 * told first.
 */
async function namesOn(
  device: BlockDevice,
  card: Card,
  { offset, bytes }: Range,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const [named] = await nameUnreadable(device, card, [{ offset, bytes, files: [] }], signal);
    const names = named?.files ?? [];
    const isPath = (name: string): boolean => /^partition \d+: \//.test(name);
    const sorted = [...names.filter(isPath), ...names.filter((name) => !isPath(name))];
    const told = sorted.slice(0, TOLD).map((name) => shownText(name, 100));
    if (names.length > TOLD) told.push(english`others`);
    return told;
  } catch (error) {
    // What lies there is only a help; the damage itself is told either way.
    if (isPiKeepError(error, 'READ_FAILED', 'IMAGE_DAMAGED')) return [];
    throw error;
  }
}

/** `why` completes "The image is damaged: …". */
export function contentLost(why: string): HealthCheck {
  const detail = english`The image is damaged: ${why}.`;
  return checkOf('content', '', [{ state: 'fail', detail, next: NEXT }]);
}

/** The content was not read this time, as asked; when it was, decides. */
export function notRead(last: LastCheck | null, { verified }: Manifest): HealthCheck {
  const again = english`Run the check without “--quick”.`;
  if (last && last.verdict === 'damaged') {
    const detail = english`It was not read this time; on ${day(last.at)} it was found damaged.`;
    return checkOf('content', '', [{ state: 'fail', detail, next: NEXT }]);
  }
  const at = last?.at ?? verified?.at ?? null;
  if (at !== null) {
    const fine = last
      ? english`It was not read this time; last read on ${day(at)}, it was what was read from the card.`
      : english`It was not read this time; last read when it was made, on ${day(at)}, it was what was read from the card.`;
    return checkOf('content', fine, []);
  }
  const detail = english`It was not read this time, and never since it was made.`;
  return checkOf('content', '', [{ state: 'remark', detail, next: again }]);
}
