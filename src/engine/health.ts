/** Is a backup, or a card, any good? What every check says, and what they come to. */

import { english } from '../language/english.ts';

/** In the order in which they are told. */
export const healthNames = [
  /** Whether the manifest beside an image makes sense and is its own. */
  'manifest',
  /** The content is what was read from the card. */
  'content',
  'unreadable ranges',
  'hashes',
  /** The bmap beside an image. */
  'block map',
  'partition table',
  'boot files',
  /** config.txt */
  'boot settings',
  /** cmdline.txt */
  'command line',
  /** /etc/fstab */
  'mounts',
  /** One for each partition. */
  'file system',
] as const;
export type HealthName = (typeof healthNames)[number];

/** "remark": worth knowing, and nothing is lost by it. "fail": damaged, or a Pi would not start. */
export const healthStates = ['ok', 'remark', 'fail'] as const;
export type HealthState = (typeof healthStates)[number];

export interface HealthCheck {
  readonly name: HealthName;
  /** As the partition table counts; null where it is not about one. */
  readonly partition: number | null;
  readonly state: HealthState;
  /** In words a Pi owner understands. */
  readonly detail: string;
  /** What to do; null where nothing has to be done. */
  readonly next: string | null;
}

/** One thing that is not as it should be. */
export interface Finding {
  readonly state: 'remark' | 'fail';
  /** A sentence. */
  readonly detail: string;
  readonly next: string;
}

/**
 * "good"; "remarks": good, with something worth knowing; "damaged": it differs from what was read, or a Pi would not start
 * from it; "unfinished": parts could not be read, or a restore was cut off; "unknown": nothing says what it should contain,
 * and nothing wrong was found.
 */
export const verdicts = ['good', 'remarks', 'damaged', 'unfinished', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];

export const verdictWords: Readonly<Record<Verdict, string>> = {
  good: 'good',
  remarks: english`good, with remarks`,
  damaged: 'damaged',
  unfinished: 'incomplete',
  unknown: english`not known`,
};

export interface Judgement {
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** Findings that a check tells of; the others are counted. */
const TOLD = 5;

/** A check with its findings, the worst first; `fine` is its sentence when there are none. */
export function checkOf(
  name: HealthName,
  fine: string,
  findings: readonly Finding[],
  partition: number | null = null,
): HealthCheck {
  const sorted = [
    ...findings.filter(({ state }) => state === 'fail'),
    ...findings.filter(({ state }) => state === 'remark'),
  ];
  const [worst] = sorted;
  if (!worst) return { name, partition, state: 'ok', detail: fine, next: null };
  const more = sorted.length - TOLD;
  const details = [...new Set(sorted.slice(0, TOLD).map(({ detail }) => detail))];
  if (more > 0) details.push(english`There are ${more} more of the kind.`);
  return { name, partition, state: worst.state, detail: details.join(' '), next: worst.next };
}

export interface JudgedFacts {
  readonly kind: 'image' | 'card';
  readonly checks: readonly HealthCheck[];
  /** Of an image: there is a manifest that can be used. */
  readonly hasManifest: boolean;
  /** The content was read this time. */
  readonly wasRead: boolean;
}

/** What all checks come to. */
export function judge({ kind, checks, hasManifest, wasRead }: JudgedFacts): Judgement {
  const isImage = kind === 'image';
  const unread = checks.find(({ name, state }) => name === 'unreadable ranges' && state !== 'ok');
  const fails = checks.filter((check) => check.state === 'fail' && check !== unread);
  const [first] = fails;
  if (first) {
    const content = checks.find(({ name }) => name === 'content');
    const isCopy = isImage && hasManifest && wasRead && content?.state === 'ok';
    const sentence = isCopy
      ? english`This backup is what was read from the card, but something was wrong with the card: ${first.detail}`
      : isImage
        ? english`This backup is damaged: ${first.detail}`
        : english`This card is damaged: ${first.detail}`;
    return { verdict: 'damaged', sentence };
  }
  if (unread) {
    const lead = isImage ? english`This backup is incomplete.` : english`This card is incomplete.`;
    return { verdict: 'unfinished', sentence: `${lead} ${unread.detail}` };
  }
  const remarks = checks.filter(({ state }) => state === 'remark').length;
  if (isImage && !hasManifest) {
    const sentence = english`Nothing says what this image should contain; what can be said without that is below.`;
    return { verdict: 'unknown', sentence };
  }
  const known = goodWords(kind, wasRead);
  if (remarks === 0) return { verdict: 'good', sentence: known };
  const more =
    remarks === 1
      ? english`One thing is worth knowing.`
      : english`${remarks} things are worth knowing.`;
  return { verdict: 'remarks', sentence: `${known} ${more}` };
}

function goodWords(kind: 'image' | 'card', wasRead: boolean): string {
  if (kind === 'card') return english`Nothing wrong was found on this card.`;
  return wasRead
    ? english`This backup is good: it is what was read from the card.`
    : english`Nothing wrong was found with this backup; its content was not read this time.`;
}
