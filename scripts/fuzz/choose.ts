/** Which seed or parser a case is of: often what is quick, seldom what is slow. */

import { INPUT, inputNames, shareOf } from './inputs/index.ts';
import { mix } from './random.ts';
import { seedNames } from './seed.ts';

/** Against 1 for a parser of small inputs, each taking less than a thousandth of a second. A whole card takes 25. */
const shares: readonly (readonly [string, number])[] = [
  ['card', 0.01],
  ['fat', 0.015],
  ['ext', 0.015],
  ['image', 0.05],
  ['manifest', 0.05],
];

export function allNames(): string[] {
  return [...seedNames(), ...inputNames()];
}

/** The same for the same number and names. */
export function chosenName(number: number, names: readonly string[]): string {
  let left = (mix(number) / 2 ** 32) * total(names);
  for (const name of names) {
    left -= weight(name);
    if (left < 0) return name;
  }
  throw new Error('There is nothing to choose from.');
}

const totals = new WeakMap<readonly string[], number>();

function total(names: readonly string[]): number {
  const known = totals.get(names) ?? names.reduce((sum, name) => sum + weight(name), 0);
  totals.set(names, known);
  return known;
}

function weight(name: string): number {
  if (name.startsWith(INPUT)) return shareOf(name);
  return shares.find(([kind]) => name.startsWith(kind))?.[1] ?? 1;
}
