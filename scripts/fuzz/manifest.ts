/** Changes to a manifest that leave it JSON, as a rule. */

import type { Case } from './change.ts';
import { alter, type Json } from './inputs/alter-json.ts';
import type { Random } from './random.ts';
import type { Seed } from './seed.ts';

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
