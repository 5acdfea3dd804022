/** CRC-16 with the polynomial 0x8005, reflected: the checksum of ext4's group descriptors before metadata_csum. */

const table = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  return value;
});

/** The register after `bytes`, started from `seed`. With the seed 0xffff this is the published CRC-16/MODBUS. */
export function crc16(bytes: Uint8Array, seed = 0xffff): number {
  let crc = seed & 0xffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return crc;
}
