/** Reads the sources for the messages that people see: what has to be translated, and what was forgotten. */

import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { isName, isProse, notForPeople, spokenFolders } from './not-words.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Message {
  /** The English text with `{0}`, `{n}`: the key in the catalogues. */
  readonly key: string;
  /** The English form for one; null where nothing is counted. */
  readonly one: string | null;
  /** "src/panel/done.tsx:12" of each place. */
  readonly at: readonly string[];
}

export interface LooseText {
  readonly text: string;
  readonly at: string;
}

export interface Reading {
  /** In the order of their keys. */
  readonly messages: readonly Message[];
  /** Texts for people that do not go through `say`. */
  readonly loose: readonly LooseText[];
  /** Uses of `sayCount` and `toSay` with something other than written-out text, which no translator could know. */
  readonly unreadable: readonly LooseText[];
}

export function readMessages(): Reading {
  const files = globSync('src/**/*.{ts,tsx}', { cwd: root }).toSorted();
  const found = files
    .filter((file) => !file.startsWith('src/language/'))
    .map((file) => readSource(file, readFileSync(join(root, file), 'utf8')));
  const messages = new Map<string, Message>();
  for (const message of found.flatMap((reading) => reading.messages)) {
    const before = messages.get(message.key);
    const at = [...(before?.at ?? []), ...message.at];
    messages.set(message.key, { ...message, one: message.one ?? before?.one ?? null, at });
  }
  return {
    messages: [...messages.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    loose: found.flatMap(({ loose }) => loose),
    unreadable: found.flatMap(({ unreadable }) => unreadable),
  };
}

/** Tags of templates that are messages. */
const messageTags: readonly string[] = ['say', 'sayAround', 'english'];

/** One file; `file` relative to the root of the project. */
export function readSource(file: string, source: string): Reading {
  const messages: Message[] = [];
  const loose: LooseText[] = [];
  const unreadable: LooseText[] = [];
  /** Beginnings of the nodes whose text is dealt with. */
  const done = new Set<number>();
  /** Whatever is in it. */
  const passOver = ({ start, end }: { readonly start: number; readonly end: number }): void => {
    for (let index = start; index <= end; index++) done.add(index);
  };
  const at = (start: number): string => `${file}:${source.slice(0, start).split('\n').length}`;
  const isSpoken = spokenFolders.some((folder) => file.startsWith(folder));
  const look = (text: string, start: number): void => {
    if (isSpoken && !done.has(start) && isProse(text, file)) loose.push({ text, at: at(start) });
  };
  const { program } = parseSync(file, source);
  new Visitor({
    TaggedTemplateExpression({ tag, quasi, start }) {
      if (tag.type !== 'Identifier' || !messageTags.includes(tag.name)) return;
      done.add(quasi.start);
      const key = quasi.quasis
        .map(({ value }) => value.cooked ?? '')
        .reduce((text, part, index) => `${text}{${index - 1}}${part}`);
      messages.push({ key, one: null, at: [at(start)] });
    },
    CallExpression({ callee, arguments: values, start }) {
      const name = callee.type === 'Identifier' ? callee.name : '';
      if (name !== 'sayCount' && name !== 'toSay') return;
      const texts = name === 'sayCount' ? values.slice(1, 3) : values;
      const written = texts.map((value) => {
        done.add(value.start);
        return value.type === 'Literal' && typeof value.value === 'string' ? value.value : null;
      });
      const [first, second = first] = written;
      if (typeof first !== 'string' || typeof second !== 'string') {
        unreadable.push({ text: source.slice(start, start + 80), at: at(start) });
        return;
      }
      messages.push({ key: second, one: name === 'sayCount' ? first : null, at: [at(start)] });
    },
    JSXAttribute({ name, value }) {
      if (value && typeof name.name === 'string' && notForPeople.attributes.test(name.name)) {
        passOver(value);
      }
    },
    NewExpression({ arguments: values, ...all }) {
      // What a programmer reads: `new Error('…')`, `new PiKeepError('CODE', …)`.
      for (const value of values) done.add(value.start);
      const [code] = values;
      if (code?.type !== 'Literal' || !notForPeople.codes.includes(String(code.value))) return;
      passOver(all);
    },
    Property({ key: { start } }) {
      done.add(start);
    },
    ImportDeclaration({ source: { start } }) {
      done.add(start);
    },
    JSXText({ value, start }) {
      if (isSpoken && /\p{L}/u.test(value) && !isName(value))
        loose.push({ text: value.trim(), at: at(start) });
    },
    TemplateLiteral({ quasis, start }) {
      look(quasis.map(({ value }) => value.cooked ?? '').join('…'), start);
    },
    Literal({ value, start }) {
      if (typeof value === 'string') look(value, start);
    },
  }).visit(program);
  return { messages, loose, unreadable };
}
