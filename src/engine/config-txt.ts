/**
 * config.txt, as far as it names files. Source: raspberrypi.com documentation, "config.txt" and "Conditional filters in
 * config.txt". A model filter is judged by the device trees that the card has.
 */

export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
  /** "sometimes": behind a filter that only a Pi can judge. A list: for the Pis whose device trees begin so. */
  readonly when: 'always' | 'sometimes' | readonly string[];
}

/** A firmware reads no more lines than anybody writes. */
const MAX_ENTRIES = 10_000;
/** Letters of a line; the firmware itself stops at 98. */
const MAX_LINE = 512;

/** How the device trees of the Pis behind a model filter begin. */
const modelFilters: Readonly<Record<string, readonly string[]>> = {
  pi0: ['bcm2708-rpi-zero', 'bcm2708-rpi-0', 'bcm2710-rpi-zero-2'],
  pi0w: ['bcm2708-rpi-zero-w', 'bcm2708-rpi-0-w'],
  pi02: ['bcm2710-rpi-zero-2'],
  pi1: ['bcm2708-rpi-a', 'bcm2708-rpi-b', 'bcm2708-rpi-cm'],
  cm1: ['bcm2708-rpi-cm'],
  pi2: ['bcm2709-rpi-2', 'bcm2710-rpi-2'],
  pi3: ['bcm2710-rpi-3', 'bcm2710-rpi-cm3', 'bcm2710-rpi-zero-2'],
  'pi3+': ['bcm2710-rpi-3-b-plus'],
  cm3: ['bcm2710-rpi-cm3'],
  'cm3+': ['bcm2710-rpi-cm3'],
  pi4: ['bcm2711'],
  pi400: ['bcm2711-rpi-400'],
  cm4: ['bcm2711-rpi-cm4'],
  cm4s: ['bcm2711-rpi-cm4s'],
  pi5: ['bcm2712'],
  pi500: ['bcm2712-rpi-500'],
  cm5: ['bcm2712-rpi-cm5'],
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
