/** Is this the card that an image was made of? Judged by what the card itself says, never by its device number. */

import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
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
    const words = (size: number): string =>
      exact ? `a card of ${size} bytes` : `a card of ${formatBytes(size)}`;
    throw other(words(bytes), words(device.size));
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
    throw other(words(...first), 'one without any of its identifiers');
  }
}

function identifiers({ tableId, fileSystems }: Manifest['card']['strong'] | Card['identity']) {
  const all = new Map<string, string>();
  if (tableId !== null) all.set('partition table', tableId.toLowerCase());
  for (const { index, uuid } of fileSystems) {
    all.set(index === 0 ? 'file system' : `file system ${index}`, uuid.toLowerCase());
  }
  return all;
}

function words(what: string, id: string): string {
  return `one with ${what} ${id}`;
}
