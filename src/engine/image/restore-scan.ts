/** Unpacks a stream once from beginning to end before anything is written: its map, its proof, and what to keep of it. */

import { english, inEnglish } from '../../language/english.ts';
import { type BlockDevice, readUpTo } from '../block-device.ts';
import { MalformedBytes } from '../bytes.ts';
import { CHUNK_BYTES } from '../chunks.ts';
import { PiKeepError } from '../errors.ts';
import { formatBytes } from '../format.ts';
import { foreignContent, KIND_BYTES } from './image-kind.ts';
import type { MapEntry } from './map.ts';
import { KeptParts } from './peek-device.ts';
import { EntryHashes, RangeHashes } from './restore-hashes.ts';
import { contentEndOf } from './restore-look.ts';
import type { MapPlan } from './restore-map.ts';

const SECTOR_BYTES = 512;
/**
 * An image whose partitions fit may be longer than the card, with nothing behind them; its end is unpacked for the sake of its
 * checksum. One that is so many times as long as the card is given up.
 */
const MAX_TIMES = 8;

export interface ScanOptions {
  readonly path: string;
  readonly plan: MapPlan;
  /** What the file says it unpacks to. */
  readonly statedBytes: number | null;
  /** Bytes of the largest card that it may go to. */
  readonly limitBytes: number;
}

/** What is known of an image that was unpacked once. */
export interface Scanned {
  readonly bytes: number;
  readonly isComplete: boolean;
  readonly isOpenEnded?: boolean;
  readonly map: readonly MapEntry[];
  readonly view: BlockDevice;
}

/**
 * Ends early, with `isComplete` false, as soon as it is certain that the image cannot fit. Throws NOT_AN_IMAGE, MalformedBytes
 * when it is not what its map says or no whole sectors, and what `pieces` throw.
 */
export async function scanStream(
  pieces: AsyncIterable<Uint8Array>,
  options: ScanOptions,
): Promise<Scanned> {
  const scan = new StreamScan(options);
  for await (const piece of pieces) {
    if (!(await scan.take(piece))) return scan.tooLarge();
  }
  return scan.finish();
}

class StreamScan {
  readonly #options: ScanOptions;
  readonly #kept = new KeptParts();
  readonly #entries: EntryHashes;
  readonly #ranges: RangeHashes;
  #isImage = false;
  #hasLooked = false;
  /** Where the last partition or file system ends; null when there is none. */
  #contentEnd: number | null = null;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#entries = new EntryHashes(options.plan.entries);
    this.#ranges = new RangeHashes(options.plan.ranges);
    // Whether there is data behind the end of the card is the fit's question.
    this.#kept.want(options.limitBytes, CHUNK_BYTES);
  }

  /** False when it is certain that the image cannot fit. */
  async take(piece: Uint8Array): Promise<boolean> {
    const kept = this.#kept;
    const { limitBytes } = this.#options;
    const { position } = kept;
    this.#entries.take(position, piece);
    this.#ranges.take(position, piece);
    kept.take(piece);
    if (!this.#isImage && kept.position >= KIND_BYTES) await this.#requireImage();
    if (kept.position > MAX_TIMES * limitBytes) {
      const what = english`a file that unpacks to more than ${inEnglish(() => formatBytes(MAX_TIMES * limitBytes))}`;
      throw new PiKeepError('NOT_AN_IMAGE', { path: this.#options.path, what });
    }
    const isHead = !this.#hasLooked && kept.position >= CHUNK_BYTES;
    const isOver = position <= limitBytes && kept.position > limitBytes;
    if (!isHead && !isOver && !kept.takeNews()) return true;
    return this.#canFit();
  }

  tooLarge(): Scanned {
    const { path, statedBytes } = this.#options;
    const bytes = Math.max(statedBytes ?? 0, this.#contentEnd ?? 0, this.#kept.position);
    const isOpenEnded = statedBytes === null;
    return { bytes, isComplete: false, isOpenEnded, map: [], view: this.#kept.finish(path) };
  }

  async finish(): Promise<Scanned> {
    const { path, plan } = this.#options;
    const bytes = this.#kept.position;
    requireSize(bytes, plan);
    if (!this.#isImage) await this.#requireImage();
    // A short image has not been looked at yet.
    await this.#look();
    return { bytes, isComplete: true, map: this.#entries.finish(), view: this.#kept.finish(path) };
  }

  async #canFit(): Promise<boolean> {
    const { statedBytes, limitBytes } = this.#options;
    await this.#look();
    const bytes = this.#contentEnd ?? Math.max(statedBytes ?? 0, this.#kept.position);
    return bytes <= limitBytes;
  }

  async #look(): Promise<void> {
    const { path, statedBytes } = this.#options;
    this.#hasLooked = true;
    do this.#contentEnd = await contentEndOf(this.#kept, path, statedBytes);
    while (this.#kept.takeNews());
  }

  async #requireImage(): Promise<void> {
    this.#isImage = true;
    const { path } = this.#options;
    const device = this.#kept.deviceSoFar(path, this.#kept.position);
    const what = foreignContent(await readUpTo(device, 0, KIND_BYTES));
    if (what !== null) throw new PiKeepError('NOT_AN_IMAGE', { path, what });
  }
}

/** Throws MalformedBytes unless there is something, in whole sectors, as much as the map was made of. */
export function requireSize(bytes: number, plan: Pick<MapPlan, 'imageBytes'>): void {
  if (bytes === 0) throw new MalformedBytes('it is empty');
  if (plan.imageBytes !== null && bytes !== plan.imageBytes) {
    const expected = english`its map is of an image of ${plan.imageBytes} bytes`;
    throw new MalformedBytes(`it has ${bytes} bytes, and ${expected}`);
  }
  if (bytes % SECTOR_BYTES !== 0) {
    throw new MalformedBytes(`it has ${bytes} bytes, which is no whole number of sectors`);
  }
}
