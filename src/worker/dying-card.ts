/** What a backup does with a card that cannot be read everywhere: patience, and words about what was lost. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Card } from '../engine/card.ts';
import { type Range, totalBytes } from '../engine/chunks.ts';
import { type Damage, nameDamage } from '../engine/damage.ts';
import { formatBytes } from '../engine/format.ts';
import { rescueLimits } from '../engine/rescue-budget.ts';
import type { RescueWishes } from '../engine/rescue-in-copy.ts';
import { english, inEnglish } from '../language/english.ts';
import { systemPause } from './patient-context.ts';
import type { PhaseProgress } from './phase-progress.ts';
import { type BackupResult, MAX_DAMAGED_FILES } from './results.ts';
import type { TaskContext } from './task-context.ts';
import { type BackupTask, RESCUE_MINUTES } from './tasks.ts';

export function rescueWishes(
  { rescueMinutes }: BackupTask,
  { monotonic, pause = systemPause }: TaskContext,
  progress: PhaseProgress,
): RescueWishes {
  return {
    limits: rescueLimits(rescueMinutes ?? RESCUE_MINUTES),
    ports: { now: monotonic, pause },
    onRescue: (figures) => progress.rescuing(figures),
  };
}

/** Null where the card gave everything. The owner is warned otherwise. */
export async function damageOf(
  unreadable: readonly Range[],
  { image, layout }: { image: BlockDevice; layout: Card },
  context: TaskContext,
): Promise<Damage | null> {
  if (unreadable.length === 0) return null;
  const damage = await nameDamage({ image, layout, unreadable, signal: context.signal });
  context.warn('INCOMPLETE', `${unreadableWords(unreadable)} ${damage.words}`);
  return damage;
}

function unreadableWords(ranges: readonly Range[]): string {
  const size = inEnglish(() => formatBytes(totalBytes(ranges)));
  return ranges.length === 1
    ? english`The card could not be read in one place, ${size} together; zeros stand there in the image.`
    : english`The card could not be read in ${ranges.length} places, ${size} together; zeros stand there in the image.`;
}

export function damageResult(damage: Damage | null): BackupResult['unreadable'] {
  return (
    damage && {
      ranges: damage.ranges.length,
      bytes: damage.bytes,
      files: damage.files.slice(0, MAX_DAMAGED_FILES),
      moreFiles: Math.max(0, damage.files.length - MAX_DAMAGED_FILES),
      words: damage.words,
    }
  );
}
