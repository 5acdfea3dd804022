/** Changes to a manifest that leave it JSON, as a rule: other numbers, other types, parts missing or far too many. */

import type { Case } from './change.ts';
import type { Random } from './random.ts';
import type { Seed } from './seed.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const strange: readonly Json[] = [
  ...[0, -1, 1, 0.5, 1e300, 2 ** 53, 2 ** 53 - 1, 2 ** 32, 4096, 222],
  ...[null, true, '', 'x', '\u0000', '../..', '2026-11-22T16:40:00Z', [], {}, [[]]],
];

export function mutateManifest(seed: Seed, random: Random): Case {
  const text = Buffer.from(seed.content).toString();
  const manifest: Json = JSON.parse(text);
  for (let count = 1 + random.below(3); count > 0; count--) alter(manifest, random);
  let changed = JSON.stringify(manifest);
  if (random.chance(0.05)) changed = '['.repeat(seed.content.length);
  if (random.chance(0.05)) changed = changed.slice(0, random.below(changed.length));
  const bytes = Buffer.from(changed.padEnd(seed.content.length)).subarray(0, seed.content.length);
  const at = random.below(bytes.length);
  if (random.chance(0.1)) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  const changes = [{ at: 0, hex: bytes.toString('hex') }];
  return { seed: seed.name, changes, cut: null, reach: 'anywhere' };
}

/** One value somewhere below, or its absence. */
function alter(json: Json, random: Random): void {
  if (typeof json !== 'object' || json === null) return;
  const keys = Object.keys(json);
  if (keys.length === 0) return;
  const key = random.pick(keys);
  const holder = json as Record<string, Json>;
  const value = holder[key] ?? null;
  if (typeof value === 'object' && value !== null && random.chance(0.8)) alter(value, random);
  else if (random.chance(0.1)) delete holder[key];
  else if (Array.isArray(value) && random.chance(0.3)) value.push(...value);
  else if (typeof value === 'number' && random.chance(0.3))
    holder[key] = value + random.below(9) - 4;
  else holder[key] = random.pick(strange);
}
