/** Changes to a JSON value: other numbers, other types, parts missing or far too many, names that objects inherit. */

import type { Random } from '../random.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const strange: readonly Json[] = [
  ...[0, -1, 1, 0.5, 1e300, 2 ** 53, 2 ** 53 - 1, 2 ** 32, 4096, 222],
  ...[null, true, '', 'x', '\u0000', '../..', '2026-11-22T16:40:00Z', [], {}, [[]]],
  ...['\u202e\u001b[2J', '\ud800', 'a'.repeat(9000), '/dev/../etc/shadow', '../../etc/passwd\n'],
];
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
/** Deeper than any message, and than a careless walk over one would bear. */
const DEEP = 3000;

/** One value somewhere below, or its absence. */
export function alter(json: Json, random: Random): void {
  if (typeof json !== 'object' || json === null) return;
  const keys = Object.keys(json);
  const key = keys.length === 0 || random.chance(0.03) ? random.pick(inherited) : random.pick(keys);
  const holder = json as Record<string, Json>;
  const value = Object.hasOwn(holder, key) ? (holder[key] ?? null) : null;
  if (typeof value === 'object' && value !== null && random.chance(0.8)) alter(value, random);
  else if (random.chance(0.1)) delete holder[key];
  else if (Array.isArray(value) && random.chance(0.3)) value.push(...structuredClone(value));
  else if (typeof value === 'number' && random.chance(0.3))
    put(holder, key, value + random.below(9) - 4);
  else put(holder, key, structuredClone(random.pick(strange)));
}

/** An own property also where its name is that of an inherited one, as JSON.parse makes it. */
function put(holder: Record<string, Json>, key: string, value: Json): void {
  const property = { value, enumerable: true, configurable: true, writable: true };
  if (!Array.isArray(holder) || key !== 'length') Object.defineProperty(holder, key, property);
}

/** The text of a value, now and then nested beyond reason. */
export function textOfJson(json: Json, random: Random): string {
  const text = JSON.stringify(json) ?? 'null';
  if (!random.chance(0.02)) return text;
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"children":[', ']}'],
    ['{"a":', '}'],
  ] as const);
  const deep = open.repeat(DEEP) + (open.endsWith(':') ? '0' : '') + close.repeat(DEEP);
  const at = text.search(/[:[,](?=[^:[,]*$)/) + 1;
  return random.chance(0.5) ? deep : `${text.slice(0, at)}${deep}${text.slice(at)}`;
}
