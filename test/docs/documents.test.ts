/** What the documents say is there: every command with its options, every button by its name, every section that is linked. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { buildProgram, usageErrorOf } from '../../src/cli/program.ts';
import { commandsIn, labelsIn, mentionsIn, readDocument, root, shellWords } from './fences.ts';

const documents = globSync(['*.md', '{docs,src,test}/**/*.md'], { cwd: root });
const forPeople = ['README.md', 'docs/guide.md', 'docs/faq.md'];

const nowhere: Output = {
  write: () => undefined,
  isTerminal: false,
  columns: 80,
  flush: async () => undefined,
  onClosed: () => undefined,
};

const program = () => buildProgram({ version: '0', stdout: nowhere, run: async () => undefined });

describe('every command of PiKeep', () => {
  const commands = documents
    .flatMap(commandsIn)
    .filter(({ line }) => /^(scripts\/)?pikeep /.test(line));

  it('is found where it is told', () => {
    expect(commands.length).toBeGreaterThan(30);
    expect(new Set(commands.map(({ document }) => document))).toContain('docs/guide.md');
  });

  it.each(commands)('$document: $line', async ({ line }) => {
    const words = shellWords(line.split('|')[0] ?? '').slice(1);
    const refused = await program()
      .parseAsync(words, { from: 'user' })
      .then(
        () => null,
        (error: unknown) => error,
      );
    // Help ends like that, too.
    if (refused instanceof CommanderError) expect(usageErrorOf(refused)).toBe(null);
    else expect(refused).toBe(null);
  });

  it.each(documents)('%s names only commands and options that exist', (document) => {
    const all = program();
    const wrong = mentionsIn(document).filter((mention) => {
      const [, name = '', ...rest] = mention.split(' ');
      const command = all.commands.find((one) => one.name() === name);
      // The helper is no command for people, so it is not listed.
      if (!command) return !['help', 'helper', '--version'].includes(name);
      const known = [...all.options, ...command.options].flatMap(({ long, short }) => [
        long,
        short,
      ]);
      return rest.some((word) => /^--?[a-z]/.test(word) && !known.includes(word.split('=')[0]));
    });
    expect(wrong).toEqual([]);
  });
});

describe('the words on buttons and pages', () => {
  const sources = globSync('src/{panel,app,desk,engine/words}/**/*.{ts,tsx}', { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
    .replaceAll(/\s+/g, ' ');

  it.each(forPeople)('of %s are those of the app', (document) => {
    const labels = labelsIn(document);
    expect(labels.filter((label) => !sources.includes(label))).toEqual([]);
  });
});

it.each(documents)('%s shows only pictures that exist', (document) => {
  const shown = [...readDocument(document).matchAll(/(?:src|srcset)="([^"]+)"/g)];
  const files = shown.map((match) => join(root, document, '..', match[1] ?? ''));
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  const headings = [...readDocument(document).matchAll(/^#+ (.+)$/gm)];
  return headings.map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

it.each(documents)('%s links to sections that exist', (document) => {
  const links = [...readDocument(document).matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)];
  const missing = links.filter(([, file = '', anchor = '']) => {
    const target = file === '' ? document : join(document, '..', file);
    return !anchorsOf(target).includes(anchor);
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

it('the guide lists all of its sections at its beginning, in their order', () => {
  const guide = readDocument('docs/guide.md');
  const sections = anchorsOf('docs/guide.md').slice(1);
  const head = guide.slice(0, guide.indexOf('\n## '));
  expect([...head.matchAll(/\(#([\w-]+)\)/g)].map((match) => match[1])).toEqual(sections);
});

it('thirty questions are answered, one after the other', () => {
  const numbers = [...readDocument('docs/faq.md').matchAll(/^### (\d+)\. /gm)];
  expect(numbers.map((match) => Number(match[1]))).toEqual(
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
});
