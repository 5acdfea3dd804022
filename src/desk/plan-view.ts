/** A worker's plan, made fit to be shown: labels come off the card, and a snapshot has a limit. */

import type { PlanView } from '../contract/panel.ts';
import type { Plan } from '../worker/progress.ts';
import { plainText, saidText } from './plain-text.ts';

const MAX_PARTITIONS = 8;
const MAX_LABEL = 64;
const MAX_WORD = 40;
const MAX_REASON = 200;

export function planView({ partitions, ...plan }: Plan): PlanView {
  return {
    ...plan,
    partitions: partitions.slice(0, MAX_PARTITIONS).map((part) => ({
      ...part,
      label: shortened(part.label, MAX_LABEL),
      fileSystem: shortened(part.fileSystem, MAX_WORD),
      reason: part.reason === null ? null : saidText(part.reason, MAX_REASON),
      journal: shortened(part.journal, MAX_WORD),
    })),
    morePartitions: Math.max(0, partitions.length - MAX_PARTITIONS),
  };
}

function shortened(text: string | null, longest: number): string | null {
  return text === null ? null : plainText(text, longest);
}
