/** Bytes and numbers that look random and are the same for the same seed. */

import { createCipheriv, createHash } from 'node:crypto';

/** `length` bytes; `name` tells streams of one seed apart. */
export function seededBytes(seed: string, name: string, length: number): Buffer {
  const key = createHash('sha256').update(`${seed}\0${name}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}

/** A version 4 UUID, in lower case. */
export function seededUuid(seed: string, name: string): string {
  const bytes = seededBytes(seed, `uuid ${name}`, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
