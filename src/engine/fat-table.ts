/** Single entries of a FAT, read through a small cache so that a large table never lies in memory whole. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import type { FatGeometry } from './fat-geometry.ts';

/** A multiple of three, so that no 12-bit entry straddles two pages. */
const PAGE_BYTES = 49_152;
const PAGES_KEPT = 32;

export class FatTable {
  readonly #device: BlockDevice;
  readonly #geometry: FatGeometry;
  readonly #offset: number;
  readonly #pages = new Map<number, ByteReader>();

  /** `copy` counts from 0. */
  constructor(device: BlockDevice, geometry: FatGeometry, copy: number) {
    this.#device = device;
    this.#geometry = geometry;
    this.#offset = geometry.fatOffset + copy * geometry.fatBytes;
  }

  /** The value for a cluster (from 2), without the four bits of FAT32 that mean nothing. */
  async entry(cluster: number): Promise<number> {
    return this.#valueIn(await this.#page(this.#pageOf(cluster)), cluster);
  }

  /** The same at once where it was just read; null elsewhere. Makes a look through the whole table many times faster. */
  entryKept(cluster: number): number | null {
    const page = this.#pages.get(this.#pageOf(cluster));
    return page ? this.#valueIn(page, cluster) : null;
  }

  #pageOf(cluster: number): number {
    return Math.floor(Math.floor((cluster * this.#geometry.bits) / 8) / PAGE_BYTES);
  }

  #valueIn(page: ByteReader, cluster: number): number {
    const { bits } = this.#geometry;
    const within = Math.floor((cluster * bits) / 8) % PAGE_BYTES;
    if (bits === 32) return page.u32(within) & 0x0fffffff;
    if (bits === 16) return page.u16(within);
    return (cluster * bits) % 8 === 0 ? page.u16(within) & 0xfff : page.u16(within) >>> 4;
  }

  async #page(number: number): Promise<ByteReader> {
    const known = this.#pages.get(number);
    if (known) return known;
    const at = number * PAGE_BYTES;
    // The last 12-bit entry may reach one byte past the page's own; the next bytes of the disk do no harm.
    const bytes = Math.min(PAGE_BYTES + 1, this.#geometry.fatBytes - at + 1);
    const page = new ByteReader(await readUpTo(this.#device, this.#offset + at, bytes));
    const oldest = this.#pages.keys().next();
    if (this.#pages.size >= PAGES_KEPT && !oldest.done) this.#pages.delete(oldest.value);
    this.#pages.set(number, page);
    return page;
  }
}
