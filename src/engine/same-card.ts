/** Is this the card that an image was made of? Judged by what the card itself says, never by its device number. */

import { english, inEnglish } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import type { Card, StrongIdentity } from './card.ts';
import type { WeakIdentity } from './disk.ts';
import { PiKeepError } from './errors.ts';
import { formatBytes } from './format.ts';
import type { Manifest } from './image/manifest.ts';

export interface SameCardOptions {
  /** Names for the message. */
  readonly disk: string;
  readonly image: string;
  readonly manifest: Manifest;
  readonly device: BlockDevice;
  readonly card: Card;
}

/**
 * Throws OTHER_CARD when the size differs, an identifier contradicts the manifest's, or none of those the manifest has is
 * there. One that is missing beside others that match is a damaged card, and so a difference. The hostname is left out: it
 * can be changed.
 */
export function requireSameCard({ disk, image, manifest, device, card }: SameCardOptions): void {
  const other = (expected: string, found: string): PiKeepError =>
    new PiKeepError('OTHER_CARD', { disk, image, expected, found });
  const { bytes } = manifest.source;
  if (device.size !== bytes) {
    const exact = formatBytes(device.size) === formatBytes(bytes);
    const sized = (size: number): string =>
      exact
        ? english`a card of ${size} bytes`
        : english`a card of ${inEnglish(() => formatBytes(size))}`;
    throw other(sized(bytes), sized(device.size));
  }
  const wanted = identifiers(manifest.card.strong);
  const here = identifiers(card.identity);
  let matches = 0;
  for (const [what, expected] of wanted) {
    const found = here.get(what);
    if (found === expected) matches++;
    else if (found !== undefined) throw other(words(what, expected), words(what, found));
  }
  const [first] = wanted;
  if (first && matches === 0) {
    throw other(words(...first), english`one without any of its identifiers`);
  }
}

/**
 * By the same rule, as an answer: one identifier that contradicts is enough for "other", and of those that the backup has at
 * least one has to be there. "nothing known": the backup has none.
 */
export function compareIdentifiers(
  backup: StrongIdentity,
  card: StrongIdentity,
): 'same' | 'other' | 'nothing known' {
  const wanted = identifiers(backup);
  const here = identifiers(card);
  if (wanted.size === 0) return 'nothing known';
  const known = [...wanted].filter(([what]) => here.has(what));
  return known.length > 0 && known.every(([what, id]) => here.get(what) === id) ? 'same' : 'other';
}

/**
 * Whether two weak identities can be those of one card. The medium's name is left out, since a reader gives its own. Each
 * identifier that both have must agree, and one at least has to be there: sizes alone belong to many cards.
 */
export function seemsSameCard(one: WeakIdentity, other: WeakIdentity): boolean {
  if (one.bytes !== other.bytes || one.partitions.length !== other.partitions.length) return false;
  let agreements = 0;
  const agree = (left: string | null, right: string | null): boolean => {
    if (left === null || right === null) return true;
    agreements++;
    return left.toLowerCase() === right.toLowerCase();
  };
  const isAlike =
    agree(one.tableId, other.tableId) &&
    agree(one.diskUuid, other.diskUuid) &&
    one.partitions.every((part, index) => {
      const twin = other.partitions[index];
      return (
        twin !== undefined &&
        part.bytes === twin.bytes &&
        part.kind === twin.kind &&
        agree(part.uuid, twin.uuid)
      );
    });
  return isAlike && agreements > 0;
}

function identifiers({ tableId, fileSystems }: StrongIdentity): Map<'table' | number, string> {
  const all = new Map<'table' | number, string>();
  if (tableId !== null) all.set('table', tableId.toLowerCase());
  for (const { index, uuid } of fileSystems) all.set(index, uuid.toLowerCase());
  return all;
}

/** The number is the partition's, 0 where there is no table. */
function words(what: 'table' | number, id: string): string {
  if (what === 'table') return english`one with partition table ${id}`;
  return what === 0
    ? english`one with file system ${id}`
    : english`one with file system ${what} ${id}`;
}
