/**
 * Names of files as text. A name on a card is any bytes; its text is the same for no other name, shows no control over a
 * terminal, and leads back to the very same bytes. What is not plain, printable UTF-8 is written "\xNN", a byte each.
 */

import { english } from '../language/english.ts';
import { PiKeepError } from './errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Most names by far: nothing to escape. */
const PLAIN = /^[!-.0-[\]-~]([ -.0-[\]-~]*[!-.0-[\]-~])?$/;
/**
 * Invisible, unassigned or private letters (C), all spaces but the common one (Z), and what means something in a path.
 * Unicode categories as Node knows them.
 */
const STRANGE = /^(?:[\p{C}/\\]|(?! )\p{Z})$/u;

/** The text of a name: "Ein Name", "with\x0Anewline". The names "." and ".." become "\x2E" and "\x2E\x2E". */
export function nameText(name: Uint8Array): string {
  if (isDots(name)) return escapeAll(name);
  const text = decode(name);
  if (text === null) return textOfBytes(name);
  return PLAIN.test(text) ? text : textOfLetters(Array.from(text), text.normalize('NFC') === text);
}

/**
 * The bytes of a name. Null for what no name looks like: a backslash that begins no "\xNN", or nothing. Any byte may be
 * written so, whether or not it has to be.
 */
export function nameBytes(text: string): Uint8Array | null {
  if (text === '') return null;
  const parts: Uint8Array[] = [];
  for (const [index, part] of text.split('\\').entries()) {
    if (index === 0) {
      parts.push(encoder.encode(part));
      continue;
    }
    const hex = /^x([0-9A-Fa-f]{2})/.exec(part)?.[1];
    if (hex === undefined) return null;
    parts.push(Uint8Array.of(Number.parseInt(hex, 16)), encoder.encode(part.slice(3)));
  }
  return Buffer.concat(parts);
}

/** The names of a path from the root down, "." and ".." as such. Throws USAGE for what is no path from the root. */
export function splitPath(path: string): Step[] {
  const steps: Step[] = [];
  if (!path.startsWith('/')) throw notAPath(path, english`it has to begin with "/"`);
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      steps.push('up');
      continue;
    }
    const name = nameBytes(part);
    if (!name) throw notAPath(path, english`a backslash in a name is written "\\x5C"`);
    steps.push(name);
  }
  return steps;
}

/** A name to look for, or one folder up. */
export type Step = Uint8Array | 'up';

/** The steps of a link's target, as they lie on the disk. `isAbsolute`: it starts at the root. */
export function splitTarget(target: Uint8Array): { isAbsolute: boolean; steps: Step[] } {
  const steps: Step[] = [];
  let start = 0;
  for (let at = 0; at <= target.length; at++) {
    if (at < target.length && target[at] !== SLASH) continue;
    const name = target.subarray(start, at);
    start = at + 1;
    if (name.length === 0 || (name.length === 1 && name[0] === DOT)) continue;
    steps.push(isDots(name) ? 'up' : name);
  }
  return { isAbsolute: target[0] === SLASH, steps };
}

/** The text of a link's target: its names as text, its slashes and dots as they are. `nameBytes` leads back to the bytes. */
export function targetText(target: Uint8Array): string {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= target.length; at++) {
    if (at < target.length && target[at] !== SLASH) continue;
    const name = target.subarray(start, at);
    start = at + 1;
    parts.push(isDots(name) ? '.'.repeat(name.length) : nameText(name));
  }
  return parts.join('/');
}

export function joinPath(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`;
}

const SLASH = 0x2f;
const DOT = 0x2e;

function isDots(name: Uint8Array): boolean {
  return (name.length === 1 || name.length === 2) && name.every((byte) => byte === DOT);
}

function notAPath(path: string, why: string): PiKeepError {
  return new PiKeepError('USAGE', { detail: english`${JSON.stringify(path)} is no path: ${why}.` });
}

/** Null when the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Two ways to write one letter ("é" as one code point or as two) look the same: in a name that is not in the normal form
 * (NFC), all but ASCII is escaped. So are spaces at its ends.
 */
function textOfLetters(letters: readonly string[], isNormal: boolean): string {
  const last = letters.length - 1;
  return letters
    .map((letter, index) => {
      const isHidden = letter === ' ' && (index === 0 || index === last);
      const isPlain = !isHidden && !STRANGE.test(letter) && (isNormal || letter < '\x7f');
      return isPlain ? letter : escapeAll(encoder.encode(letter));
    })
    .join('');
}

/** A name that is not UTF-8: only what is plain ASCII shows. */
function textOfBytes(name: Uint8Array): string {
  const last = name.length - 1;
  return Array.from(name, (byte, index) => {
    const letter = String.fromCharCode(byte);
    const isHidden = letter === ' ' && (index === 0 || index === last);
    const isPlain = !isHidden && byte < 0x7f && !STRANGE.test(letter);
    return isPlain ? letter : escapeAll(Uint8Array.of(byte));
  }).join('');
}

function escapeAll(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}
