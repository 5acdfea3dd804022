/** What a README tells people to type and to click, as data. */

export interface Step {
  readonly deed: 'click' | 'double-click' | 'choose' | 'wait for';
  /** As it is quoted: the words on a button, the name of a card or a file. */
  readonly name: string;
  /** The card on which it is to be done; null: anywhere on the page. */
  readonly card: string | null;
}

/** The text below a heading, up to the next one of its rank. */
export function sectionOf(page: string, heading: string): string {
  const begin = page.indexOf(`\n## ${heading}\n`);
  if (begin < 0) throw new Error(`no section “${heading}”`);
  const end = page.indexOf('\n## ', begin + 1);
  return page.slice(begin, end < 0 ? page.length : end);
}

/** Throws when a numbered line quotes something that is not to be done: then this would pass over what people read. */
export function stepsIn(section: string): Step[] {
  const lines = [...section.matchAll(/^\d+\. (.+(?:\n {3}.+)*)/gm)].map((match) => match[1] ?? '');
  const text = lines.join('\n').replaceAll(/\s+/g, ' ');
  const told = text.matchAll(
    /(?:on `([^`]+)`, )?\b(click|double-click|choose|wait for) (?:\*\*([^*]+)\*\*|`([^`]+)`)/gi,
  );
  const steps = [...told].map(
    ([, card, deed = '', label, name]): Step => ({
      deed: deed.toLowerCase() as Step['deed'],
      name: label ?? name ?? '',
      card: card ?? null,
    }),
  );
  const quoted = text.match(/\*\*[^*]+\*\*|`[^`]+`/g)?.length ?? 0;
  const used = steps.reduce((sum, { card }) => sum + (card === null ? 1 : 2), 0);
  if (steps.length === 0 || used !== quoted) {
    throw new Error(`${quoted} things are quoted, and ${used} of them are to be done: ${text}`);
  }
  return steps;
}
