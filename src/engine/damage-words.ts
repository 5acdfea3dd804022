/** Says in words what damage means to a Pi: whether it can boot without what was lost, or nobody knows. */

import { english } from '../language/english.ts';
import type { Card } from './card.ts';
import type { Difference } from './owner-of-block.ts';

export interface DamageWords {
  readonly files: readonly string[];
  readonly words: string;
  /** What to call a damaged place in a list. */
  readonly nameOf: (one: Difference) => string;
}

/** From the worst to the best. */
type Weight = 'structure' | 'needed' | 'system' | 'own' | 'unknown' | 'nothing';

const MAX_SHOWN = 5;

/** Without these a Pi does not start: modules of the kernel, the first process, what every program is linked with. */
const NEEDED = [
  /^\/(?:etc|boot|usr|(?:usr\/)?(?:s?bin|lib))? \(folder\)$/,
  /^\/$/,
  /^\/boot\//,
  /^(?:\/usr)?\/s?bin\/(?:init|sh|bash|dash|mount|agetty|login)$/,
  /^(?:\/usr)?\/lib\/(?:modules|systemd)[/ ]/,
  /^(?:\/usr)?\/lib\/(?:[^/]+\/)?(?:ld-linux|libc|libm|libsystemd|libmount|libcrypt)[.-]/,
  /^\/etc\/(?:fstab|passwd|shadow|group|inittab|ld\.so\.cache)$/,
];
/** What a Pi does start without, though what is in it may be dear to its owner. */
const OWN =
  /^\/(?:home|root|srv|media|mnt|tmp|opt|lost\+found|var\/(?:log|cache|tmp|backups|spool|mail|www|swap)|usr\/(?:share|include|src|games|local\/share))(?:\/| |$)|^\/swapfile$/;

const NOTHING = new Set([
  english`free space`,
  english`space between the partitions`,
  english`space after the last partition`,
  english`space after the last cluster`,
  english`space after the file system`,
  english`copy of the superblock`,
  english`copy of the group descriptors`,
  english`copy of the boot sector`,
  english`second copy of the FAT`,
  english`room for more group descriptors`,
  english`boot block`,
  english`swap content`,
]);
const UNKNOWN = new Set([english`its content`, english`files or free space`, english`more files`]);

interface Named {
  readonly name: string;
  readonly isFile: boolean;
  readonly weight: Weight;
}

/** `damaged` is everything that lies in unreadable places, of which `layout` is the card. */
export function damageWords(damaged: readonly Difference[], layout: Card): DamageWords {
  const roles = rolesOf(layout);
  // Where the structures that say what is free are damaged, nothing is known to be free.
  const unsure = new Set(damaged.filter(isStructure).map(({ partition }) => partition));
  const look = (one: Difference): Named => {
    const isFree = one.what === 'free space' && unsure.has(one.partition);
    return named(isFree ? { ...one, what: 'files or free space' } : one, roles);
  };
  const all = new Map<string, Named>();
  for (const one of damaged) {
    const found = look(one);
    const known = all.get(found.name);
    if (!known || order(found) < order(known)) all.set(found.name, found);
  }
  const sorted = [...all.values()].sort((one, other) => order(one) - order(other));
  const files = sorted.filter(({ isFile }) => isFile).map(({ name }) => name);
  return { files, words: wordsOf(sorted, layout), nameOf: (one) => look(one).name };
}

const weights: readonly Weight[] = ['structure', 'needed', 'system', 'own', 'unknown', 'nothing'];

function order({ weight }: Named): number {
  return weights.indexOf(weight);
}

interface Roles {
  /** Partition with the system: paths on it need no prefix. */
  readonly system: number | null;
  /** Partitions of boot files. */
  readonly boot: number | null;
  readonly fats: ReadonlySet<number>;
}

function rolesOf({ partitions, pi }: Card): Roles {
  const fats = partitions.filter(({ fileSystem }) => fileSystem?.startsWith('fat'));
  const system = partitions.find(({ ext }) => ext !== null)?.index ?? fats[0]?.index ?? null;
  const boot = pi === 'no' ? null : (fats[0]?.index ?? null);
  return { system, boot, fats: new Set(fats.map(({ index }) => index)) };
}

function isStructure({ what }: Difference): boolean {
  return !what.startsWith('/') && !NOTHING.has(what) && !UNKNOWN.has(what);
}

function named(one: Difference, roles: Roles): Named {
  const { what } = one;
  const partition = one.partition ?? 0;
  if (!what.startsWith('/')) {
    const name = one.partition === null ? what : english`${what} of partition ${partition}`;
    const weight = NOTHING.has(what) ? 'nothing' : UNKNOWN.has(what) ? 'unknown' : 'structure';
    return { name: cut(name), isFile: false, weight };
  }
  // "(its inode)" and the like: the file is damaged all the same.
  const path = what.replace(/ \((?:its [a-z ]+)\)$/, '');
  const isSystem = one.partition === null || partition === roles.system;
  const prefix = isSystem ? '' : partition === roles.boot ? 'boot:' : `${partition}:`;
  const onFat = roles.fats.has(partition);
  const weight = partition === roles.boot ? 'needed' : onFat ? 'own' : weightOf(path, isSystem);
  return { name: cut(`${prefix}${path}`), isFile: true, weight };
}

function weightOf(path: string, isSystem: boolean): Weight {
  if (!isSystem) return 'own';
  if (OWN.test(path)) return 'own';
  return NEEDED.some((one) => one.test(path)) ? 'needed' : 'system';
}

/** As long as a manifest takes it. */
function cut(name: string): string {
  return name.length <= 4000 ? name : `${name.slice(0, 4000)}…`;
}

function wordsOf(sorted: readonly Named[], { pi }: Card): string {
  const of = (...kinds: Weight[]) => sorted.filter(({ weight }) => kinds.includes(weight));
  const files = sorted.filter(({ isFile }) => isFile);
  const structures = of('structure');
  const isPi = pi !== 'no';
  const parts: string[] = [];
  if (structures.length > 0) {
    const what = list(structures);
    parts.push(
      english`Structures of the card are damaged: ${what}. More files may be lost than are named here.`,
    );
  }
  if (files.length > 0) {
    const names = list(files);
    const lost =
      files.length === 1
        ? english`1 file is damaged: ${names}.`
        : english`${files.length} files are damaged: ${names}.`;
    parts.push(lost, ...(isPi ? [bootWords(of, structures.length > 0)] : []));
  } else if (structures.length === 0) {
    parts.push(
      of('unknown').length > 0
        ? english`What was there is not known: ${list(of('unknown'))}.`
        : english`Nothing that is in use was there.`,
    );
  }
  if (isPi && files.length === 0 && structures.length > 0) {
    parts.push(english`A Pi may not boot from it.`);
  }
  return parts.join(' ');
}

function bootWords(of: (...kinds: Weight[]) => Named[], hasStructures: boolean): string {
  const needed = of('needed');
  if (needed.length > 0) return english`The Pi needs ${list(needed)} to boot.`;
  if (hasStructures) return english`A Pi may not boot from it.`;
  if (of('system').length > 0)
    return english`Part of the system is damaged, and it may not run as before: ${list(of('system'))}.`;
  return of('unknown').length > 0
    ? english`Of some places nobody knows what was there.`
    : english`Nothing the Pi needs to boot is among them.`;
}

function list(named: readonly Named[]): string {
  const shown = named.slice(0, MAX_SHOWN).map(({ name }) => name);
  const more = named.length - shown.length;
  return more > 0 ? english`${shown.join(', ')} and ${more} more` : shown.join(', ');
}
