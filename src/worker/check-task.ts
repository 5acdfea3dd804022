/** The page on whether a backup, or a card, is any good. */

import { constants, setPriority } from 'node:os';
import { type Card, readCard } from '../engine/card.ts';
import { checkOf, type HealthCheck, judge } from '../engine/health.ts';
import { checkCard } from '../engine/health-card.ts';
import { english } from '../language/english.ts';
import { checkImageFile } from './check-image-file.ts';
import type { CheckResult } from './check-results.ts';
import { MAX_HEALTH_CHECKS } from './check-results.ts';
import { openCard } from './open-card.ts';
import { isFile } from './open-files.ts';
import type { TaskContext } from './task-context.ts';
import type { CheckTask } from './tasks.ts';

/**
 * A path to an ordinary file is an image; everything else names a disk. What is wrong with the content is told, not thrown.
 * Throws what opening a card throws; NO_SUCH_IMAGE, ACCESS_DENIED, NOT_AN_IMAGE; READ_FAILED for a card of which nothing can
 * be read; INTERRUPTED.
 */
export async function runCheck(task: CheckTask, context: TaskContext): Promise<CheckResult> {
  const started = context.monotonic();
  if (task.gentle) standBack();
  const platform = await context.createPlatform({ slot: task.source.slot });
  const result = (await isFile(task.target))
    ? await checkImageFile(task, platform, context)
    : await checkDisk(task, platform, context);
  return { ...result, seconds: (context.monotonic() - started) / 1000 };
}

/** For as long as this process lives, which is no longer than its task; the disk goes by it too (ioprio_set(2), IOPRIO_CLASS_NONE). */
function standBack(): void {
  try {
    setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // A system that does not let a process step back: then it runs as it is.
  }
}

async function checkDisk(
  task: CheckTask,
  platform: Awaited<ReturnType<TaskContext['createPlatform']>>,
  context: TaskContext,
): Promise<CheckResult> {
  const { device } = await openCard({
    ...task.source,
    platform,
    name: task.target,
    expected: null,
    destination: null,
    forceUnmount: false,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  try {
    const card = await readCard(device);
    const options = { allFiles: !task.quick, signal: context.signal };
    const checks = card.unfinished
      ? [cutOff(card.unfinished.image)]
      : (await checkCard(device, card, options)).checks;
    const facts = { kind: 'card', hasManifest: false, wasRead: false } as const;
    return {
      ...{ task: 'check', target: task.target, kind: 'card', title: card.title },
      at: new Date(context.now()).toISOString(),
      ...judgeCard(card, { ...facts, checks }),
      checks: checks.slice(0, MAX_HEALTH_CHECKS),
      ...{ verified: null, lastCheck: null, unreadable: [], bytes: device.size, seconds: 0 },
      hashes: { content: null, plain: null, file: null },
    };
  } finally {
    await device.close();
  }
}

/** The mark of a restore that did not finish stands for whatever else could be wrong. */
function judgeCard({ unfinished }: Card, facts: Parameters<typeof judge>[0]) {
  if (!unfinished) return judge(facts);
  const sentence = english`This card is unfinished: a restore to it was cut off, so no Pi starts from it.`;
  return { verdict: 'unfinished' as const, sentence };
}

function cutOff(image: string): HealthCheck {
  const detail = english`A restore of ${image} to this card was cut off.`;
  const next = english`Restore the image again, or undo it with “pikeep restore --undo”.`;
  return checkOf('partition table', '', [{ state: 'fail', detail, next }]);
}
