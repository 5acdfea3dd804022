/** Little-endian numbers out of untrusted bytes. Every read is checked: past the end is a MalformedBytes, never garbage. */

/** Bytes that are not what their format says. Parsers catch it at their edge and say "not understood". */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** A 64-bit number; MalformedBytes where it does not fit a safe integer, which no real card reaches. */
  u64(at: number): number {
    this.#check(at, 8);
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new MalformedBytes(`number too large at ${at}`);
    return Number(value);
  }

  slice(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** Bytes as Latin-1 text up to the first NUL. */
  ascii(at: number, length: number): string {
    const slice = this.slice(at, length);
    const end = slice.indexOf(0);
    return String.fromCharCode(...slice.subarray(0, end < 0 ? slice.length : end));
  }

  #check(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.bytes.length) {
      throw new MalformedBytes(`${length} bytes at ${at} lie outside of ${this.bytes.length}`);
    }
  }
}

/** A GUID as GPT and Microsoft store it: the first three fields little-endian. Lower case. */
export function guidText(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new MalformedBytes('a GUID has 16 bytes');
  const order = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];
  return order.map((index) => (index < 0 ? '-' : hexByte(bytes[index] ?? 0))).join('');
}

/** A UUID as Linux file systems store it: in the order in which it is written. Lower case. */
export function uuidText(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new MalformedBytes('a UUID has 16 bytes');
  const hex = Array.from(bytes, hexByte).join('');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

export function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** True when every byte is zero. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (IEEE 802.3), as GPT uses it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
