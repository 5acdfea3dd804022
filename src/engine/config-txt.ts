/**
 * config.txt, as far as it names files. Source: raspberrypi.com documentation, "config.txt" and "Conditional filters in
 * config.txt". A model filter is judged by which chips the card has device trees for.
 */

export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
  /** "always"; "sometimes": behind a filter that only a Pi can judge; "soc": for the Pis with one of these chips. */
  readonly when: 'always' | 'sometimes' | readonly string[];
}

/** A firmware reads no more lines than anybody writes. */
const MAX_ENTRIES = 10_000;
/** Letters of a line; the firmware itself stops at 98. */
const MAX_LINE = 512;

/** Which chips a model filter means, as device trees are called. */
const modelFilters: Readonly<Record<string, readonly string[]>> = {
  pi0: ['bcm2708', 'bcm2710'],
  pi0w: ['bcm2708'],
  pi02: ['bcm2710'],
  pi1: ['bcm2708'],
  cm0: ['bcm2710'],
  cm1: ['bcm2708'],
  pi2: ['bcm2709', 'bcm2710'],
  pi3: ['bcm2710'],
  'pi3+': ['bcm2710'],
  cm3: ['bcm2710'],
  'cm3+': ['bcm2710'],
  pi4: ['bcm2711'],
  pi400: ['bcm2711'],
  cm4: ['bcm2711'],
  cm4s: ['bcm2711'],
  pi5: ['bcm2712'],
  pi500: ['bcm2712'],
  cm5: ['bcm2712'],
};

/** Entries in their order; what stands behind [none] is left out. */
export function parseConfig(text: string): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  let when: ConfigEntry['when'] | 'never' = 'always';
  for (const raw of text.split('\n')) {
    const line = raw.slice(0, MAX_LINE).trim();
    if (line === '' || line.startsWith('#')) continue;
    const filter = /^\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase();
    if (filter !== undefined) {
      when = whenOf(filter);
      continue;
    }
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? /^(\w+)\s+(\S.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined || when === 'never') continue;
    entries.push({ key: key.toLowerCase(), value: value.trim(), when });
    if (entries.length === MAX_ENTRIES) break;
  }
  return entries;
}

function whenOf(filter: string): ConfigEntry['when'] | 'never' {
  if (filter === 'all') return 'always';
  if (filter === 'none') return 'never';
  return Object.hasOwn(modelFilters, filter) ? (modelFilters[filter] ?? 'sometimes') : 'sometimes';
}
