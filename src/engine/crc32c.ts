/** CRC-32C (Castagnoli), as ext4 and its journal use it. Eight bytes a step: a journal can be hundreds of MiB. */

const POLYNOMIAL = 0x82f63b78;

/** tables[k][n] is the effect of byte n with k zero bytes behind it. */
const tables = makeTables();

/**
 * The raw register after `bytes`, started from `seed`, so that pieces can be chained. There is no final inversion, because
 * ext4 has none; the published CRC-32C of some bytes is `~crc32c(bytes) >>> 0`.
 */
export function crc32c(bytes: Uint8Array, seed = 0xffffffff): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = seed | 0;
  let at = 0;
  // Indexes are masked to 0-255 and `at` stays below the length, so no element is ever missing.
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low = crc ^ word(bytes, at);
    const high = word(bytes, at + 4);
    crc =
      (t7[low & 255] as number) ^
      (t6[(low >>> 8) & 255] as number) ^
      (t5[(low >>> 16) & 255] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[high & 255] as number) ^
      (t2[(high >>> 8) & 255] as number) ^
      (t1[(high >>> 16) & 255] as number) ^
      (t0[high >>> 24] as number);
  }
  for (; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 255] as number);
  }
  return crc >>> 0;
}

/** The register after a little-endian 32-bit number, which ext4 mixes into many of its checksums. */
export function crc32cOfNumber(value: number, seed: number): number {
  return crc32c(
    Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24),
    seed,
  );
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

type Table = Int32Array;

function makeTables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    return value;
  });
  const next = (table: Table): Table =>
    table.map((value) => (value >>> 8) ^ (first[value & 255] ?? 0));
  const t1 = next(first);
  const t2 = next(t1);
  const t3 = next(t2);
  const t4 = next(t3);
  const t5 = next(t4);
  const t6 = next(t5);
  return [first, t1, t2, t3, t4, t5, t6, next(t6)];
}
