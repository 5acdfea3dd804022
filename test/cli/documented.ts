/** Holds what the command line prints against docs/scripting.md. */

import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { phases } from '../../src/worker/progress.ts';
import type { Event } from './run-pikeep.ts';

const page = readFileSync(new URL('../../docs/scripting.md', import.meta.url), 'utf8');
const amount = v.pipe(v.number(), v.minValue(0));

const common = {
  start: v.looseObject({ event: v.literal('start'), command: v.string() }),
  progress: v.looseObject({
    event: v.literal('progress'),
    phase: v.picklist(phases),
    bytes: amount,
    total: amount,
    bytesPerSecond: v.nullable(amount),
    secondsLeft: v.nullable(amount),
  }),
  plan: v.looseObject({
    event: v.literal('plan'),
    bytes: amount,
    readBytes: amount,
    wholeCard: v.boolean(),
    partitions: v.pipe(v.array(v.looseObject({ index: v.number() })), v.maxLength(128)),
    cells: v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
      v.length(240),
    ),
  }),
  warning: v.strictObject({
    event: v.literal('warning'),
    disk: v.optional(v.string()),
    code: v.string(),
    text: v.string(),
  }),
  done: v.looseObject({ event: v.literal('done'), command: v.string() }),
  error: v.strictObject({
    event: v.literal('error'),
    code: v.pipe(v.string(), v.regex(/^[A-Z_]+$/)),
    title: v.string(),
    message: v.string(),
    next: v.string(),
    facts: v.record(v.string(), v.unknown()),
  }),
};

/** What is wrong with these events by the documentation; empty when nothing is. */
export function undocumented(events: readonly Event[]): string[] {
  const problems: string[] = [];
  for (const event of events) {
    const schema = Object.hasOwn(common, event.event)
      ? common[event.event as keyof typeof common]
      : null;
    if (schema) {
      const result = v.safeParse(schema, event);
      if (!result.success) problems.push(`${event.event}: ${v.summarize(result.issues)}`);
    }
    for (const name of [event.event, ...namesIn(event)]) {
      if (!page.includes(`\`${name}\``))
        problems.push(`${event.event}: ${name} is not in the page`);
    }
  }
  const last = events.at(-1)?.event;
  if (last !== 'done' && last !== 'error') problems.push(`ends with ${last}`);
  return [...new Set(problems)];
}

/** Every field name, nested ones too; the facts of an error are documented with its code. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'event' ? [] : [name, ...(name === 'facts' ? [] : namesIn(inner))],
  );
}
