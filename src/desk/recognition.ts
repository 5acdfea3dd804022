/** Whose cards there are, from what the system shows of them alone. Pure. */

import type { DiskView } from '../contract/panel.ts';
import { sentenceCase } from '../language/format.ts';
import type { Pi } from '../library/pi-groups.ts';
import {
  type Naming,
  type Recognition,
  recogniseAll,
  recognitionWords,
} from '../library/recognise.ts';
import { piId } from './library-choice.ts';
import { plainText } from './plain-text.ts';
import type { KnownPi } from './shelf-state.ts';
import type { DeskState, SeenDisk } from './state.ts';

const MAX_SENTENCE = 400;
const MAX_PORTRAIT = 160;

/** Comparing every disk with every backup for each of ten snapshots a second would be waste. */
const kept = new WeakMap<
  DeskState['disks'],
  { pis: readonly KnownPi[]; found: ReadonlyMap<string, Recognition> }
>();

/** By the key of the insertion; null while nothing is known of the library. */
export function recognitionOf(state: DeskState, seen: SeenDisk): Recognition | null {
  const { disks, shelf } = state;
  if (shelf.library === null) return null;
  const known = kept.get(disks);
  if (known?.pis === shelf.pis) return known.found.get(seen.disk.id) ?? null;
  const cards = disks.filter(({ verdict }) => verdict.offer).map(({ disk }) => disk);
  const found = recogniseAll(
    cards,
    shelf.pis.map(({ pi }) => pi),
  );
  kept.set(disks, { pis: shelf.pis, found });
  return found.get(seen.disk.id) ?? null;
}

/** Null for what is no Pi's card, and where the library cannot tell. */
export function historyWords(state: DeskState, seen: SeenDisk): string | null {
  const recognition = recognitionOf(state, seen);
  if (!recognition || seen.disk.unfinished !== undefined || !seen.verdict.offer) return null;
  const isNew = recognition.candidates.length === 0;
  if (isNew && (seen.glance.pi === 'no' || state.shelf.is !== 'ready')) return null;
  const words = recognitionWords(recognition, new Date(state.now), namingOf(state));
  return plainText(words, MAX_SENTENCE);
}

/** `since`: what changed since its last backup, as far as that is known. */
export function historyView(
  state: DeskState,
  seen: SeenDisk,
  since: string | null,
): DiskView['history'] {
  const text = historyWords(state, seen);
  if (text === null) return null;
  const only = onlyPi(state, seen);
  const candidates = recognitionOf(state, seen)?.candidates.length ?? 0;
  return {
    text: sentenceCase(text),
    since,
    ...portraitOf(only),
    pi: only && piId(only),
    isAmbiguous: only === null && candidates > 0,
  };
}

/** The model it was last seen in, and its system. */
function portraitOf(pi: Pi | null): { portrait?: string } {
  const known = [pi?.model, pi?.os].filter((one) => typeof one === 'string' && one !== '');
  return known.length === 0 ? {} : { portrait: plainText(known.join(' · '), MAX_PORTRAIT) };
}

/** The Pi whose card this is, as far as can be told; null where several look the same. */
export function onlyPi(state: DeskState, seen: SeenDisk): Pi | null {
  const recognition = recognitionOf(state, seen);
  const [only, ...others] = recognition?.candidates ?? [];
  if (!only || others.length > 0 || only.likeness !== 'card') return null;
  return recognition?.twins.length === 0 ? only.pi : null;
}

function namingOf({ shelf }: DeskState): Naming {
  const names = new Map(shelf.pis.map(({ pi, name }) => [pi, name]));
  return { nameOf: (pi) => names.get(pi) ?? pi.title };
}
