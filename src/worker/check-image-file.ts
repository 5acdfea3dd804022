/** Everything that can be said of an image file: by its manifest, by its content, by the card that is in it. */

import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { isPiKeepError } from '../engine/errors.ts';
import { type HealthCheck, judge } from '../engine/health.ts';
import { checkCard } from '../engine/health-card.ts';
import { checkBlockMap, checkManifest, checkNoManifest } from '../engine/health-manifest.ts';
import { checkUnreadable, nameUnreadable } from '../engine/health-unreadable.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { english } from '../language/english.ts';
import { MAX_FINDINGS, MAX_SENTENCE } from '../library/check-records.ts';
import { readManifest } from '../library/manifest-file.ts';
import {
  type CheckedFile,
  keepCheck,
  type LastCheck,
  readLastCheck,
} from '../library/report-file.ts';
import type { Platform } from '../platform/ports.ts';
import { checkContent, contentLost, notRead } from './check-content.ts';
import { checkHashes } from './check-hashes.ts';
import { type CheckResult, MAX_HEALTH_CHECKS, MAX_TOLD_RANGES } from './check-results.ts';
import { readBmap } from './image-facts.ts';
import { openForCheck } from './open-for-check.ts';
import type { TaskContext } from './task-context.ts';
import type { CheckTask } from './tasks.ts';

/** Throws NO_SUCH_IMAGE, ACCESS_DENIED, NOT_AN_IMAGE, INTERRUPTED. */
export async function checkImageFile(
  task: CheckTask,
  platform: Platform,
  context: TaskContext,
): Promise<CheckResult> {
  const image = task.target;
  const { manifest, why } = await manifestOf(image, task.library ?? null);
  const file = await checkedFile(image, manifest);
  const lastCheck = manifest && (await readLastCheck(task.recordsFolder, file));
  const bmap = await readBmap(image);
  const page = new Page(task, manifest, lastCheck);
  const opened = await openForCheck({ image, manifest, platform, task, context });
  const { device } = opened;
  if (!device) {
    if (manifest)
      page.add(checkManifest(manifest, { ...(await sizesOf(image, manifest)), card: null }));
    else page.add(checkNoManifest(why));
    page.add(opened.check);
    const result = page.result(context, false);
    await keep(task.recordsFolder, file, result, false, context);
    return result;
  }
  try {
    const card = await readCardOf(device);
    const fileBytes = (await stat(image)).size;
    if (manifest) page.add(checkManifest(manifest, { fileBytes, bytes: device.size, card }));
    else page.add(checkNoManifest(why));
    const wasRead = manifest !== null && !task.quick;
    if (wasRead) page.add(await checkContent(device, manifest, card, context));
    else if (manifest) page.add(notRead(lastCheck, manifest));
    page.verified = wasRead ? opened.method() : null;
    if (task.hash) page.add(await checkHashes(image, device, manifest, page.hashes, context));
    if (bmap !== null) page.add(checkBlockMap(bmap, device.size, manifest?.map ?? null));
    page.bytes = device.size;
    if (card) await page.addCard(device, card, context);
    else page.add(contentLost(english`nothing of it can be read`));
    const result = page.result(context, wasRead);
    // A quick look is not to take the place of a reading.
    if (wasRead || !manifest) await keep(task.recordsFolder, file, result, wasRead, context);
    return result;
  } finally {
    await device.close();
  }
}

class Page {
  readonly #task: CheckTask;
  readonly #manifest: Manifest | null;
  readonly #lastCheck: LastCheck | null;
  readonly #checks: HealthCheck[] = [];
  readonly hashes: CheckResult['hashes'];
  #unreadable: CheckResult['unreadable'] = [];
  #title: string;
  verified: CheckResult['verified'] = null;
  bytes: number | null;

  constructor(task: CheckTask, manifest: Manifest | null, lastCheck: LastCheck | null) {
    this.#task = task;
    this.#manifest = manifest;
    this.#lastCheck = lastCheck;
    this.hashes = {
      content: manifest?.content.sha256 ?? null,
      plain: manifest?.content.plainSha256 ?? null,
      file: null,
    };
    this.#title = manifest?.card.title ?? path.basename(task.target);
    this.bytes = manifest?.source.bytes ?? null;
  }

  add(check: HealthCheck): void {
    this.#checks.push(check);
  }

  async addCard(device: BlockDevice, card: Card, { signal }: TaskContext): Promise<void> {
    this.#title = this.#manifest?.card.title ?? card.title;
    const { checks, boot } = await checkCard(device, card, { allFiles: !this.#task.quick, signal });
    const given = (this.#manifest?.unreadable ?? []).slice(0, MAX_TOLD_RANGES);
    const ranges = given.length === 0 ? [] : await nameUnreadable(device, card, given, signal);
    this.#unreadable = ranges.map(({ offset, bytes, files }) => ({
      offset,
      bytes,
      files: files.slice(0, 50).map((name) => name.slice(0, 1000)),
    }));
    const unread = checkUnreadable(ranges, boot);
    if (unread) this.add(unread);
    for (const check of checks) this.add(check);
  }

  result(context: TaskContext, wasRead: boolean): CheckResult {
    const checks = this.#checks;
    const hasManifest = this.#manifest !== null;
    const judgement = judge({ kind: 'image', checks, hasManifest, wasRead });
    return {
      ...{ task: 'check', target: this.#task.target, kind: 'image', title: this.#title },
      at: new Date(context.now()).toISOString(),
      verdict: judgement.verdict,
      sentence: judgement.sentence.slice(0, 4000),
      checks: checks
        .slice(0, MAX_HEALTH_CHECKS)
        .map((check) => ({ ...check, detail: check.detail.slice(0, 4000) })),
      ...{ verified: this.verified, lastCheck: this.#lastCheck, hashes: this.hashes },
      ...{ unreadable: this.#unreadable, bytes: this.bytes, seconds: 0 },
    };
  }
}

async function manifestOf(
  image: string,
  library: string | null,
): Promise<{ manifest: Manifest | null; why: string | null }> {
  try {
    return { manifest: await readManifest(image, library), why: null };
  } catch (error) {
    if (isPiKeepError(error, 'MANIFEST_MISSING')) return { manifest: null, why: null };
    if (!isPiKeepError(error, 'MANIFEST_INVALID')) throw error;
    return { manifest: null, why: error.facts.detail.slice(0, 500) };
  }
}

async function checkedFile(image: string, manifest: Manifest | null): Promise<CheckedFile> {
  const { size, mtimeMs } = await stat(image);
  const where = { path: path.resolve(image), bytes: size, modifiedMs: mtimeMs };
  return { contentSha256: manifest?.content.sha256 ?? null, ...where };
}

/** Of an image that cannot be opened: the file's size is known, that of the card is not held against it. */
async function sizesOf(image: string, { source, image: { bytes } }: Manifest) {
  const { size } = await stat(image);
  // What is wrong with the size is told once, by why it could not be opened.
  return { fileBytes: size === bytes ? size : bytes, bytes: source.bytes };
}

/** Null where not even the tables can be read: told with everything else, not instead of it. */
async function readCardOf(device: BlockDevice): Promise<Card | null> {
  try {
    return await readCard(device);
  } catch (error) {
    if (isPiKeepError(error, 'READ_FAILED', 'IMAGE_DAMAGED')) return null;
    throw error;
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_SENTENCE).toWellFormed();
}

/** That a result cannot be kept makes it no less true. */
async function keep(
  recordsFolder: string,
  file: CheckedFile,
  { at, verdict, sentence, verified: method, checks }: CheckResult,
  wasRead: boolean,
  context: TaskContext,
): Promise<void> {
  try {
    await keepCheck(recordsFolder, file, {
      ...{ at, verdict, sentence: cut(sentence), method, wasRead },
      checks: checks.slice(0, MAX_FINDINGS).map(({ detail, next, ...check }) => ({
        ...check,
        detail: cut(detail),
        next: next === null ? null : cut(next),
      })),
      more: Math.max(0, checks.length - MAX_FINDINGS),
    });
  } catch (error) {
    if (!isPiKeepError(error)) throw error;
    context.warn(
      'CHECK_NOT_KEPT',
      english`The time of this check could not be written down (${error.code}).`,
    );
  }
}
