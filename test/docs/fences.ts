/** What the documents tell people to type, and what they call the buttons. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface DocumentedCommand {
  readonly document: string;
  /** The heading it stands below. */
  readonly section: string;
  /** As it is typed, without a remark behind it. */
  readonly line: string;
}

export function readDocument(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** The lines of all blocks marked `sh`, in their order. A line that ends in a backslash or a bar goes on. */
export function commandsIn(document: string): DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let section = '';
  let isInside = false;
  let begun = '';
  for (const text of readDocument(document).split('\n')) {
    const heading = /^#+ (.+)$/.exec(text);
    if (text.startsWith('```')) isInside = text === '```sh';
    else if (!isInside && heading?.[1]) section = heading[1];
    if (!isInside || text.startsWith('```') || text.trim() === '') continue;
    begun += `${text}\n`;
    if (/(\\|\||do)$/.test(text)) continue;
    const line = begun.replace(/ +#.*$/m, '').trim();
    if (line !== '') found.push({ document, section, line });
    begun = '';
  }
  return found;
}

/** Commands of PiKeep inside of sentences and tables: often only a part of one. */
export function mentionsIn(document: string): string[] {
  const prose = readDocument(document).replaceAll(/^```[\s\S]*?^```$/gm, '');
  const spans = [...prose.matchAll(/`((?:scripts\/)?pikeep [^`]+)`/g)];
  return spans.map((match) => (match[1] ?? '').replaceAll(/\s+/g, ' '));
}

/** Bold words: names of buttons and pages, without the name of the demo's card. Not links, and not what ends like a sentence. */
export function labelsIn(document: string): string[] {
  const bold = [...readDocument(document).matchAll(/\*\*([^*]+)\*\*/g)];
  return bold
    .map((match) => (match[1] ?? '').replaceAll(/\s+/g, ' ').replace(/ old card\.img$/, ''))
    .filter((words) => !/^\[|[.:?]$/.test(words));
}

/** Words as a shell would make them, for commands without substitutions. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:"[^"]*"|\\.|[^\s"\\])+/g)) {
    words.push(
      match[0].replaceAll(/"([^"]*)"|\\(.)/g, (_all, quoted, escaped) => quoted ?? escaped),
    );
  }
  return words;
}
