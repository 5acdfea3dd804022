/** Answers to questions about the library, from what the desk knows of it. Pure. */

import { basename } from 'node:path';
import type { AnswerTo, Query } from '../contract/panel.ts';
import { say, sayPhrase } from '../language/say.ts';
import type { Caretaker } from './caretaker.ts';
import { handsFreeWords } from './hands-free.ts';
import { choosePi } from './library-choice.ts';
import { listedBackup, looseImage, piView } from './library-view.ts';
import { plainText, saidText } from './plain-text.ts';
import { waitingWords } from './schedule.ts';
import type { KnownPi } from './shelf-state.ts';
import type { DeskState } from './state.ts';
import { tilde } from './view.ts';

type QueryOf<K extends Query['ask']> = Extract<Query, { ask: K }>;

const MAX_PROBLEMS = 20;
const MAX_IDENTITY = 12;
const MAX_HINTS = 8;
const MAX_LINE = 160;
const MAX_SENTENCE = 400;
const MAX_PATH = 1024;

export function libraryAnswer(
  state: DeskState,
  { search, offset, limit }: QueryOf<'library'>,
  home: string,
): AnswerTo<'library'> {
  const { shelf, settings } = state;
  const { library, warnings } = shelf;
  const wanted = shelf.pis.filter((known) => fits(search, textsOf(known)));
  const problems = [
    ...warnings,
    ...(library?.problems ?? [])
      .filter(({ path }) => path !== library?.folder)
      .map(({ path, problem }) => say`${tilde(path, home)}: ${problem}.`),
    ...(library?.lost ?? []).map(
      ({ manifest, title }) => say`${tilde(manifest, home)}: the image of ${title} is gone.`,
    ),
  ];
  return {
    ask: 'library',
    folder: plainText(tilde(settings.library, home), MAX_PATH),
    state: shelf.is,
    problem: shelf.problem,
    pis: wanted.slice(offset, offset + limit).map((known) => piView(state, known)),
    total: wanted.length,
    loose: library?.images.filter(({ path }) => fits(search, [basename(path)])).length ?? 0,
    problems: problems.slice(0, MAX_PROBLEMS).map((one) => saidText(one, MAX_SENTENCE)),
    moreProblems: Math.max(0, problems.length - MAX_PROBLEMS),
  };
}

export function looseAnswer(
  { shelf }: DeskState,
  { search, offset, limit }: QueryOf<'loose'>,
  home: string,
): AnswerTo<'loose'> {
  const wanted = shelf.library?.images.filter(({ path }) => fits(search, [basename(path)])) ?? [];
  const images = wanted.slice(offset, offset + limit).map((image) => looseImage(image, home));
  return { ask: 'loose', images, total: wanted.length };
}

/** Throws USAGE when it is not in the library any more. */
export function piAnswer(
  state: DeskState,
  { pi: key, offset, limit }: QueryOf<'pi'>,
  system: Parameters<typeof handsFreeWords>[0],
  waiting: Caretaker['waiting'] = null,
): AnswerTo<'pi'> {
  const known = choosePi(state.shelf, key);
  const { pi, preferences } = known;
  return {
    ask: 'pi',
    pi: piView(state, known),
    preferences: {
      ...preferences,
      name: preferences.name,
      keep: preferences.keep && { ...preferences.keep },
    },
    identity: identityOf(known).slice(0, MAX_IDENTITY),
    hints: pi.hints.slice(0, MAX_HINTS).map((one) => saidText(one, MAX_SENTENCE)),
    handsFreeWords: handsFreeWords(system),
    checkWaits: waitsHere(pi, waiting),
    backups: pi.backups.slice(offset, offset + limit).map((one) => listedBackup(state, one)),
    total: pi.backups.length,
  };
}

function waitsHere({ backups }: KnownPi['pi'], waiting: Caretaker['waiting']): string | null {
  const isOfThis = backups.some(({ path }) => path === waiting?.image);
  return waiting && isOfThis ? sayPhrase(waitingWords[waiting.why]) : null;
}

function identityOf({ pi }: KnownPi): string[] {
  const { os, model, ids, cards } = pi;
  const names = cards.flatMap(({ mediaNames }) => mediaNames);
  return [os, model, ...new Set(names), ...ids.map(idWords)]
    .filter((one) => one !== null)
    .map((one) => plainText(one, MAX_LINE));
}

function idWords(id: string): string {
  const [, table, partition = '', uuid] = /^(?:table (.*)|fs (\d+) (.*))$/s.exec(id) ?? [];
  if (table !== undefined) return say`Partition table ${table}`;
  return uuid === undefined ? id : say`File system ${partition}: ${uuid}`;
}

function textsOf({ pi, name, preferences }: KnownPi): string[] {
  const files = pi.backups.map(({ path }) => basename(path));
  return [name, pi.title, pi.hostname ?? '', preferences.note, ...files];
}

function fits(search: string, texts: readonly string[]): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}
