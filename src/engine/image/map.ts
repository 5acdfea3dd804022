/** The map of an image: which ranges of the card it holds, each with the SHA-256 of what was read. */

import { createHash, type Hash } from 'node:crypto';
import { zeroBytes } from '../zeros.ts';

export interface MapEntry {
  readonly offset: number;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

const zeroHashes = new Map<number, string>();

/** The hash of that many zeros; computed once for each length (a card of zeros has very few lengths). */
export function zeroSha256(bytes: number): string {
  const known = zeroHashes.get(bytes);
  if (known !== undefined) return known;
  const hash = sha256(zeroBytes(bytes));
  zeroHashes.set(bytes, hash);
  return hash;
}

/** One hash over a whole map: of the lines "offset bytes sha256\n", so equal maps have equal content hashes. */
export class MapHash {
  readonly #hash: Hash = createHash('sha256');

  add(entry: MapEntry): void {
    this.#hash.update(`${entry.offset} ${entry.bytes} ${entry.sha256}\n`);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

export function mapSha256(map: readonly MapEntry[]): string {
  const hash = new MapHash();
  for (const entry of map) hash.add(entry);
  return hash.digest();
}
