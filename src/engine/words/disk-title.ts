/** What a card is called that has no name of its own, where people see it; in files it has the English name. */

import { type Phrase, sayPhrase, toSay } from '../../language/say.ts';
import { piTitle, unfinishedTitle } from '../pi-card.ts';

const titles: Readonly<Record<string, Phrase>> = {
  [piTitle]: toSay('Raspberry Pi card'),
  [unfinishedTitle]: toSay('Unfinished restore'),
};

/** A name is given back as it is. */
export function diskTitle(title: string): string {
  const known = Object.hasOwn(titles, title) ? titles[title] : undefined;
  return known === undefined ? title : sayPhrase(known);
}
