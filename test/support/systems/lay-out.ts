/** Cards of any system from a description: partition table, file systems, files. The same description gives the same card. */

import { chmodSync, lutimesSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyImage, partition, temporaryFolder, tool } from '../file-systems.ts';
import { put } from '../fit-images.ts';

const MIB = 1024 ** 2;

/** By path; text that begins with "-> " makes a link. */
export type Files = Record<string, string | Uint8Array>;

export interface Part {
  readonly atMib: number;
  readonly mib: number;
  /** "squashfs" is only its magic number: what is inside is nothing for us. */
  readonly kind: 'fat32' | 'ext4' | 'squashfs' | 'empty';
  readonly label: string;
  /** Of an ext4. */
  readonly uuid?: string;
  readonly files?: Files;
  /** Of an ext4: what a Pi's kernel left in the superblock. */
  readonly life?: Life;
}

export interface Life {
  /** Seconds since 1970. */
  readonly mounted: number;
  readonly written: number;
  readonly mounts: number;
  readonly writtenKilobytes: number;
}

export interface SystemLayout {
  /** Name of its portrait in test/vectors/portraits. */
  readonly name: string;
  /** A script of sfdisk. */
  readonly table: string;
  readonly mib: number;
  readonly parts: readonly Part[];
}

/** When every file was changed the last time, unless `life` is later: 2024-02-29 12:00:00 UTC. */
const FILE_TIME = 1_709_208_000;

/** Makes the card at `path`. Needs mke2fs, debugfs, mkfs.vfat, mcopy and sfdisk. */
export function layOut(path: string, { table, mib, parts }: SystemLayout): string {
  const folder = temporaryFolder();
  try {
    emptyImage(path, mib * MIB);
    partition(path, table);
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'empty') continue;
      const image = join(folder.path, `part${index}`);
      makePart(image, join(folder.path, `tree${index}`), part);
      put(path, image, part.atMib * MIB);
    }
  } finally {
    folder.remove();
  }
  return path;
}

function makePart(image: string, tree: string, part: Part): void {
  const { kind, mib, label, files = {} } = part;
  if (kind === 'squashfs') {
    writeFileSync(image, Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(128 * 1024)]));
    return;
  }
  mkdirSync(tree);
  writeTree(tree, files);
  emptyImage(image, mib * MIB);
  if (kind === 'fat32') {
    tool('mkfs.vfat', ['-F', '32', '-s', '1', '-n', label, '-i', '5e3da3da', image]);
    const tops = new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''));
    for (const top of tops) tool('mcopy', ['-i', image, '-s', '-m', join(tree, top), '::']);
    return;
  }
  const uuid = part.uuid ?? '12345678-9abc-4def-8123-456789abcdef';
  tool('mke2fs', ['-q', '-t', 'ext4', '-L', label, '-U', uuid, '-d', tree, image]);
  live(image, part.life ?? { mounted: 0, written: FILE_TIME, mounts: 0, writtenKilobytes: 0 });
}

/** Writes into a superblock what Linux writes there. */
export function live(image: string, { mounted, written, mounts, writtenKilobytes }: Life): void {
  const values = { mtime: mounted, mnt_count: mounts, kbytes_written: writtenKilobytes };
  const commands = Object.entries(values).map(
    ([name, value]) => `set_super_value ${name} @${value}`,
  );
  const plain = commands.map((line) => (line.includes('mtime') ? line : line.replace('@', '')));
  // debugfs writes the time of its own end, last of all.
  tool(
    'env',
    [`E2FSPROGS_FAKE_TIME=${written}`, 'debugfs', '-w', '-f', '-', image],
    `${plain.join('\n')}\n`,
  );
}

function writeTree(tree: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(tree, name);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> '))
      symlinkSync(content.slice(3), file);
    else if (name.endsWith('/')) mkdirSync(file, { recursive: true });
    else {
      writeFileSync(file, content);
      chmodSync(file, 0o644);
    }
    lutimesSync(name.endsWith('/') ? join(tree, name.slice(0, -1)) : file, FILE_TIME, FILE_TIME);
  }
}
