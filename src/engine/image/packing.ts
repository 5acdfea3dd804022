/** What a packed format is made of: blocks that can be unpacked by themselves, between a header and a trailer. */

import type { BlockIndex } from './block-index.ts';
import type { ImageFormat } from './image-format.ts';

export interface Packing {
  readonly format: ImageFormat;
  /** Unpacked bytes in a block; the last one may be shorter. */
  readonly blockBytes: number;
  /** What the file starts with. */
  readonly header: Uint8Array;
  /** The most that a block of so many bytes can take. */
  maxPackedBytes(plainBytes: number): number;
  /** In memory of its own. */
  pack(plain: Uint8Array): Promise<Uint8Array>;
  /** In memory of its own. Throws MalformedBytes unless that is exactly `plainBytes` bytes. */
  unpack(packed: Uint8Array, plainBytes: number): Promise<Uint8Array>;
  /** A block of so many zeros, packed; always the same bytes. */
  zeros(plainBytes: number): Promise<Uint8Array>;
  /** The CRC-32 of a block, where the trailer wants that of the whole; else 0. */
  checksum(plain: Uint8Array): number;
  /** What the file ends with. `crc32` is combined from the checksums of all blocks. */
  trailer(index: BlockIndex, crc32: number): Uint8Array;
}

/** Keeps the packed form of zeros, of which nearly every image needs one length many times and a second one once. */
export class PackedZeros {
  readonly #pack: (plain: Uint8Array) => Promise<Uint8Array>;
  readonly #known = new Map<number, Promise<Uint8Array>>();

  constructor(pack: (plain: Uint8Array) => Promise<Uint8Array>) {
    this.#pack = pack;
  }

  of(plainBytes: number): Promise<Uint8Array> {
    const packed = this.#known.get(plainBytes) ?? this.#pack(new Uint8Array(plainBytes));
    this.#known.set(plainBytes, packed);
    return packed;
  }
}
