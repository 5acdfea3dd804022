/** Which backups of a Pi are kept, as a rule that is stored and typed: "last=3,daily=7,weekly=4,monthly=12". */

import * as v from 'valibot';

/** Each counts only periods that have a backup; `all`: every one of them. */
export const keepPeriods = ['last', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type KeepPeriod = (typeof keepPeriods)[number];

export type KeepRules = Readonly<Partial<Record<KeepPeriod, number | 'all'>>>;

const MAX_COUNT = 9999;
const count = v.union([
  v.literal('all'),
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_COUNT)),
]);

export const keepRulesSchema = v.object({
  last: v.exactOptional(count),
  daily: v.exactOptional(count),
  weekly: v.exactOptional(count),
  monthly: v.exactOptional(count),
  yearly: v.exactOptional(count),
});

/** Keeps everything: no rule at all. */
export function keepsAll(rules: KeepRules): boolean {
  return keepPeriods.every((period) => rules[period] === undefined);
}

/** A count as typed: 1 to 9999, or "all"; null for anything else. */
export function parseCount(text: string): number | 'all' | null {
  if (text === 'all') return 'all';
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return number >= 1 ? number : null;
}

/** The rules of "last=3,daily=7"; none for "all"; null for a text that is not of this form. */
export function parseKeepRules(text: string): KeepRules | null {
  if (text === 'all') return {};
  const rules: Partial<Record<KeepPeriod, number | 'all'>> = {};
  for (const part of text.split(',')) {
    const [name = '', value = '', ...more] = part.trim().split('=');
    const period = keepPeriods.find((candidate) => candidate === name);
    const amount = parseCount(value);
    if (!period || amount === null || more.length > 0 || rules[period] !== undefined) return null;
    rules[period] = amount;
  }
  return rules;
}

/** As `parseKeepRules` reads it. */
export function formatKeepRules(rules: KeepRules): string {
  const parts = keepPeriods.flatMap((period) =>
    rules[period] === undefined ? [] : [`${period}=${rules[period]}`],
  );
  return parts.length === 0 ? 'all' : parts.join(',');
}
