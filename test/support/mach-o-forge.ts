/** Beginnings of programs of macOS, written by the layout of Apple's mach-o/loader.h and mach-o/fat.h. */

export const cpu = { arm64: 0x0100000c, x64: 0x01000007, ppc: 18 } as const;
export const fileType = { executable: 2, library: 6, bundle: 8 } as const;

/** `struct mach_header_64`, without load commands. */
export function thin(processor: number, type: number = fileType.executable): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(processor, 4);
  header.writeUInt32LE(type, 12);
  return header;
}

/** `struct fat_header` and a `struct fat_arch` for each processor. */
export function fat(...kinds: readonly number[]): Buffer {
  const header = Buffer.alloc(8 + kinds.length * 20);
  header.writeUInt32BE(0xcafebabe, 0);
  header.writeUInt32BE(kinds.length, 4);
  for (const [index, processor] of kinds.entries()) {
    header.writeUInt32BE(processor, 8 + index * 20);
    header.writeUInt32BE(4096 * (index + 1), 8 + index * 20 + 8);
  }
  return header;
}
