/**
 * The CRC-32 of two pieces of data, from the CRC-32 of each. A CRC is a polynomial over GF(2) modulo a fixed one; putting
 * n bytes behind the first piece multiplies its CRC by x to the power of 8n. Bit 31 stands for 1, bit 0 for x to the 31st.
 */

/** The polynomial of IEEE 802.3 without its highest term, in that order of bits. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X_TO_THE_8TH = 0x00800000;

/** What appending so many bytes does to a CRC. Pieces have few different lengths. */
const shifts = new Map<number, number>();
const MAX_KNOWN_SHIFTS = 64;

/** CRC-32 of data with CRC `first`, followed by `secondBytes` bytes with CRC `second`. */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (multiply(first, shiftBy(secondBytes)) ^ second) >>> 0;
}

function shiftBy(bytes: number): number {
  const known = shifts.get(bytes);
  if (known !== undefined) return known;
  let result = ONE;
  let square = X_TO_THE_8TH;
  // Not by bit operators: a length can exceed 32 bits.
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  if (shifts.size >= MAX_KNOWN_SHIFTS) shifts.clear();
  shifts.set(bytes, result);
  return result;
}

function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}
