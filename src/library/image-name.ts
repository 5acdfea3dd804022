/** How images are called: "octopi 2026-11-22 16.40.img", with ".gz" or ".zst" when they are packed. */

import { type ImageFormat, imageFormats } from '../engine/image/image-format.ts';

/** Longest title in a file name, so that with date and endings it stays below the 255 bytes of every file system. */
const MAX_TITLE_BYTES = 120;

/** The local minute, sortable, and without a colon, which Finder shows as a slash and FAT forbids. */
export function imageStem(title: string, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${safeTitle(title)} ${day} ${two(at.getHours())}.${two(at.getMinutes())}`;
}

/** A title as a file or folder name that every file system takes; never empty, never "." or "..". */
export function safeTitle(title: string): string {
  const clean = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const cut = cutToBytes(clean, MAX_TITLE_BYTES).trimEnd();
  return cut === '' ? 'card' : cut;
}

function cutToBytes(text: string, limit: number): string {
  let result = '';
  for (const letter of text) {
    if (Buffer.byteLength(result + letter) > limit) return result;
    result += letter;
  }
  return result;
}

/** The formats by the length of their endings, so that ".img.gz" is found before ".img" could be. */
const byLength = imageFormats.toSorted((left, right) => right.length - left.length);

/** The file name of an image without its ending, and the format that the ending means; null for any other ending. */
export function splitImageName(name: string): { stem: string; format: ImageFormat } | null {
  const format = byLength.find((ending) => name.toLowerCase().endsWith(`.${ending}`));
  return format ? { stem: name.slice(0, -format.length - 1), format } : null;
}
