/** Property lists as tools print them: parsed, then read key by key, each with the type it must have. */

import { type PlistValue, parse } from 'plist';
import { PiKeepError } from '../../engine/errors.ts';

/**
 * Parses the XML property list that `tool` printed and returns its dictionary. Throws TOOL_FAILED for anything else:
 * empty output and "(null)" (seen right after wake-up), another format, entities, a tree too deep.
 */
export function parsePropertyList(text: string, tool: string): Dictionary {
  const fail = (detail: string, cause?: unknown) =>
    new PiKeepError('TOOL_FAILED', { tool, detail }, { cause });
  const start = text.trimStart();
  if (!start.startsWith('<?xml') && !start.startsWith('<plist')) throw fail('no property list');
  // No property list of the system defines entities; a text that does wants to be expanded to something large.
  if (start.includes('<!ENTITY')) throw fail('a property list with entities');
  let value: PlistValue;
  try {
    value = parse(start);
  } catch (error) {
    throw fail('a broken property list', error);
  }
  const dictionary = Dictionary.from(value);
  if (!dictionary) throw fail('a property list without a dictionary');
  return dictionary;
}

/** One `<dict>`. A key that is absent or of another type reads as null (or an empty list): the caller decides what that means. */
export class Dictionary {
  readonly #entries: ReadonlyMap<string, PlistValue>;

  private constructor(entries: ReadonlyMap<string, PlistValue>) {
    this.#entries = entries;
  }

  static from(value: PlistValue | undefined): Dictionary | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    if (value instanceof Date || value instanceof Uint8Array) return null;
    return new Dictionary(new Map(Object.entries(value)));
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The text with control characters and invisible direction marks taken out, at most 255 characters. */
  text(key: string): string | null {
    const value = this.#entries.get(key);
    return typeof value === 'string' ? printable(value) : null;
  }

  /** A text that is not empty. */
  filled(key: string): string | null {
    return this.text(key) || null;
  }

  flag(key: string): boolean | null {
    const value = this.#entries.get(key);
    return typeof value === 'boolean' ? value : null;
  }

  /** `<integer>` or `<real>`; null for what is no finite number. May be larger than a safe integer. */
  count(key: string): number | null {
    const value = this.#entries.get(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  dictionaries(key: string): readonly Dictionary[] {
    const value = this.#entries.get(key);
    if (!Array.isArray(value)) return [];
    return value.map((item) => Dictionary.from(item)).filter((item) => item !== null);
  }

  texts(key: string): readonly string[] {
    const value = this.#entries.get(key);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }
}

const MAX_TEXT = 255;

/** Names come off the card, so they may not carry anything that changes how the text around them is shown. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, MAX_TEXT)
    .trim();
}
