/** What a file holds, guessed from its first bytes and never from its name. */

import { english } from '../language/english.ts';

export type ContentGuess =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly mediaType: PictureType }
  /** Completes "…, because …". */
  | { readonly kind: 'nothing'; readonly why: string };

export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/**
 * How pictures begin, in Latin-1: PNG specification (12.12), JPEG (ITU T.81, SOI and a marker), GIF87a and GIF89a. SVG is not
 * among them: it is a program as much as a picture.
 */
const pictures: readonly (readonly [string, PictureType])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
];

/** One letter in so many may be broken or a control character, as in logs with colours or in an old encoding. */
const STRANGE_SHARE = 20;
/** Control characters of ordinary texts; the last one begins a colour. */
const USUAL: ReadonlySet<string> = new Set(['\t', '\n', '\r', '\x1b']);
/** Longest end of a UTF-8 letter that was cut off. */
const CUT_BYTES = 3;

/** `head` is the start of the file, or all of it. A text is decoded with marks (U+FFFD) for what is no UTF-8. */
export function guessContent(head: Uint8Array, isCut: boolean): ContentGuess {
  const mediaType = pictureOf(head);
  if (mediaType) return { kind: 'picture', mediaType };
  if (head.length === 0) return { kind: 'text', text: '' };
  const encoding = encodingOf(head);
  if (encoding === 'utf-8' && head.includes(0)) return NO_TEXT;
  const whole = isCut && encoding === 'utf-8' ? withoutCutLetter(head) : head;
  const text = new TextDecoder(encoding).decode(whole);
  const strange = (text.match(/\p{Cc}|\ufffd/gu) ?? []).filter(
    (letter) => !USUAL.has(letter),
  ).length;
  return strange * STRANGE_SHARE > text.length ? NO_TEXT : { kind: 'text', text };
}

const NO_TEXT: ContentGuess = { kind: 'nothing', why: english`it is neither a text nor a picture` };

function pictureOf(head: Uint8Array): PictureType | null {
  const start = Buffer.from(head.subarray(0, 16)).toString('latin1');
  // RFC 9649: "RIFF", four bytes of length, "WEBP".
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
  return pictures.find(([signature]) => start.startsWith(signature))?.[1] ?? null;
}

function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** Without the beginning of a letter at its end (a UTF-8 letter begins with 11xxxxxx, and goes on with 10xxxxxx). */
function withoutCutLetter(head: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(CUT_BYTES, head.length); back++) {
    const byte = head[head.length - back] ?? 0;
    if (byte >= 0xc0) return head.subarray(0, head.length - back);
    if (byte < 0x80) break;
  }
  return head;
}
