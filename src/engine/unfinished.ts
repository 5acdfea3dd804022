/**
 * The mark that a restore leaves in the first sector of a card until it has finished: whoever finds it knows that the card is
 * neither what it was nor what it should become. Text first, so that `strings` shows a person what happened.
 */

import * as v from 'valibot';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { MAP_ALIGNMENT } from './chunks.ts';
import { PiKeepError } from './errors.ts';
import type { WritableDevice } from './writable-device.ts';

export interface Marker {
  /** Of the restore: names its record, where the old first and last MiB are kept. Empty when the mark is damaged. */
  readonly id: string;
  /** The image that was being written, as a name to show. */
  readonly image: string;
}

const MAGIC = 'PiKeep: unfinished restore\n';
const HINT = 'This card is not usable. Restore it again with PiKeep.\n';
/** A sector of an MBR ends in 0x55 0xAA; those two bytes stay zero, so that nothing takes the mark for a table. */
const MAX_TEXT_BYTES = 510;
const SECTOR_BYTES = 512;
const UNKNOWN_IMAGE = 'unknown image';

const schema = v.object({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/)),
  image: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TEXT_BYTES)),
});

/**
 * A marker that fits into a sector: control characters become spaces, and a long name loses its end. Throws INTERNAL when
 * `id` is not of 1 to 64 letters, digits, dots, hyphens and underscores.
 */
export function makeMarker(facts: { readonly id: string; readonly image: string }): Marker {
  const { id } = facts;
  const letters = Array.from(cleaned(facts.image));
  while (letters.length > 1 && textOf({ id, image: letters.join('') }).length > MAX_TEXT_BYTES) {
    letters.pop();
  }
  const marker = { id, image: cleaned(letters.join('')) };
  if (!v.is(schema, marker)) throw new PiKeepError('INTERNAL', { detail: `marker id ${id}` });
  return marker;
}

/** What is written over sector 0 and the headers of a GPT: the mark, then zeros up to `bytes`. */
export function markerBlock(marker: Marker, bytes: number = MAP_ALIGNMENT): Uint8Array {
  const block = new Uint8Array(bytes);
  block.set(Buffer.from(textOf(marker), 'latin1'));
  return block;
}

/** The marker in the first sector, or null. A mark whose details make no sense is one all the same. Device errors pass through. */
export async function readUnfinished(device: BlockDevice): Promise<Marker | null> {
  return parseMarker(await readUpTo(device, 0, SECTOR_BYTES));
}

/** The same of bytes that were read already. */
export function parseMarker(bytes: Uint8Array): Marker | null {
  const text = Buffer.from(bytes.subarray(0, SECTOR_BYTES)).toString('latin1');
  if (!text.startsWith(MAGIC)) return null;
  const line = text.split('\n').find((candidate) => candidate.startsWith('{')) ?? '';
  try {
    const marker = v.parse(schema, JSON.parse(line));
    return { id: marker.id, image: cleaned(marker.image) };
  } catch (error) {
    if (error instanceof SyntaxError || v.isValiError(error)) {
      return { id: '', image: UNKNOWN_IMAGE };
    }
    throw error;
  }
}

/** Throws UNFINISHED_RESTORE when the card carries the mark: it is nothing to back up or to compare with. */
export function requireFinished(card: { readonly unfinished: Marker | null }, disk: string): void {
  if (card.unfinished === null) return;
  throw new PiKeepError('UNFINISHED_RESTORE', { disk, image: card.unfinished.image });
}

/** Old content of a card, as it was before the mark was written. */
export interface SavedBlock {
  readonly offset: number;
  readonly data: Uint8Array;
}

/**
 * Brings back what was saved: sector 0, and with it the end of the mark, last. It is read back. Throws CARD_NOT_AS_WRITTEN,
 * WRITE_FAILED, READ_FAILED, DEVICE_GONE.
 */
export async function putBack(
  target: WritableDevice,
  blocks: readonly SavedBlock[],
): Promise<void> {
  const { sectorSize } = target;
  const last: SavedBlock[] = [];
  for (const { offset, data } of blocks) {
    const isFirst = offset === 0;
    if (isFirst) last.push({ offset, data: data.subarray(0, sectorSize) });
    const rest = isFirst ? data.subarray(sectorSize) : data;
    if (rest.length > 0) await target.write(rest, isFirst ? sectorSize : offset);
  }
  await target.flush();
  for (const { offset, data } of last) await target.write(data, offset);
  await target.flush();
  for (const { offset, data } of blocks) {
    if (Buffer.compare(await readUpTo(target, offset, data.length), data) === 0) continue;
    const facts = { disk: target.path, offset, bytes: data.length, ranges: 1 };
    throw new PiKeepError('CARD_NOT_AS_WRITTEN', facts);
  }
}

/** Seven-bit text, in which the JSON stands on a line of its own. */
function textOf({ id, image }: Marker): string {
  const json = JSON.stringify({ id, image }).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${MAGIC}${HINT}${json}\n`;
}

function cleaned(name: string): string {
  const clean = name.replaceAll(/\p{C}+/gu, ' ').trim();
  return clean === '' ? UNKNOWN_IMAGE : clean;
}
