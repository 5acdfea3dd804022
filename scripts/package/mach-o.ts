/** Reads what a program of macOS says at its beginning: for which processors it is, and of which kind. */

import { open } from 'node:fs/promises';

export type Architecture = 'arm64' | 'x64';

export interface MachO {
  /** One for a thin file, several for a universal one. A processor that nobody here knows is named by its number. */
  readonly architectures: readonly string[];
  readonly kind: 'executable' | 'library' | 'bundle' | 'other' | 'universal';
}

/** Apple's mach-o/loader.h and mach-o/fat.h. Thin headers are in the byte order of the processor, fat ones always big-endian. */
const MAGIC_64 = 0xfeedfacf;
const MAGIC_32 = 0xfeedface;
const FAT_MAGIC = 0xcafebabe;
const FAT_MAGIC_64 = 0xcafebabf;
/** fat_arch and fat_arch_64. */
const FAT_ENTRY_BYTES = { [FAT_MAGIC]: 20, [FAT_MAGIC_64]: 32 } as const;
/** Java's class files begin as fat ones do; there, this field is the version, which is 45 or more. */
const MAX_FAT_ENTRIES = 30;

/** mach/machine.h: the processor, with the bit for 64-bit addresses. */
const processors: ReadonlyMap<number, string> = new Map([
  [0x0100000c, 'arm64'],
  [0x01000007, 'x64'],
  [0x0000000c, 'arm'],
  [0x00000007, 'ia32'],
]);

const kinds: ReadonlyMap<number, MachO['kind']> = new Map([
  [2, 'executable'],
  [6, 'library'],
  [8, 'bundle'],
]);

/** More than the largest header that is looked at. */
const HEAD_BYTES = 8 + MAX_FAT_ENTRIES * 32;

/** Null for a file that is no program of macOS, however short. Throws the system's own error when it cannot be read. */
export async function readMachO(path: string): Promise<MachO | null> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return parseMachO(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

export function parseMachO(head: Buffer): MachO | null {
  if (head.byteLength < 8) return null;
  const magic = head.readUInt32BE(0);
  if (magic === FAT_MAGIC || magic === FAT_MAGIC_64) return parseFat(head, magic);
  const isLittle = [MAGIC_32, MAGIC_64].includes(head.readUInt32LE(0));
  if (!isLittle && ![MAGIC_32, MAGIC_64].includes(magic)) return null;
  if (head.byteLength < 16) return null;
  const read = (at: number) => (isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at));
  return { architectures: [processor(read(4))], kind: kinds.get(read(12)) ?? 'other' };
}

function parseFat(head: Buffer, magic: keyof typeof FAT_ENTRY_BYTES): MachO | null {
  const count = head.readUInt32BE(4);
  const entryBytes = FAT_ENTRY_BYTES[magic];
  if (count > MAX_FAT_ENTRIES || head.byteLength < 8 + count * entryBytes) return null;
  const entries = Array.from({ length: count }, (_, index) => 8 + index * entryBytes);
  return {
    architectures: entries.map((at) => processor(head.readUInt32BE(at))),
    kind: 'universal',
  };
}

function processor(type: number): string {
  return processors.get(type) ?? `0x${type.toString(16)}`;
}
