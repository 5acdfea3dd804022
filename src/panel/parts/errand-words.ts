/** What is being done with an image, and what came of it, in a line, to be shown and to be said. */

import type { ErrandKind, ErrandState, ErrandView } from '../../contract/panel.ts';
import { type Phrase, say, sayCount, sayPhrase, toSay } from '../../language/say.ts';
import { listed } from './words.ts';

const doing: Readonly<Record<ErrandKind, Phrase>> = {
  check: toSay('Checking the backup'),
  save: toSay('Saving files'),
  unpack: toSay('Unpacking the image'),
};

export function doingWords(kind: ErrandKind): string {
  return sayPhrase(doing[kind]);
}

export function checkedWords(
  title: string,
  { verdict }: Extract<ErrandState, { is: 'checked' }>,
): string {
  if (verdict === 'good') return say`${title}: checked, and good`;
  return isBad(verdict)
    ? say`${title}: checked, and not good`
    : say`${title}: checked, with remarks`;
}

export function isBad(verdict: Extract<ErrandState, { is: 'checked' }>['verdict']): boolean {
  return verdict === 'damaged' || verdict === 'unfinished';
}

export function savedWords({
  files,
  folders,
  links,
}: Extract<ErrandState, { is: 'saved' }>): string {
  const made = listed([
    files > 0 ? sayCount(files, '{n} file', '{n} files') : '',
    folders > 0 ? sayCount(folders, '{n} folder', '{n} folders') : '',
    links > 0 ? sayCount(links, '{n} link', '{n} links') : '',
  ]);
  return made === '' ? say`Saved nothing` : say`Saved ${made}`;
}

/** It works, or waits for the one before it. */
export function isUnderWay({ state }: ErrandView): boolean {
  return state.is === 'working' || state.is === 'waiting';
}
