/**
 * Reads the table of an asar archive (https://github.com/electron/asar#format): two numbers in Chromium's pickle format, the
 * second being the length of what follows, and there a string of JSON. Read by ourselves, to judge what the packer made.
 */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface Archive {
  /** Path → whether it lies beside the archive instead of in it. Sorted by path. */
  readonly files: ReadonlyMap<string, { readonly unpacked: boolean }>;
  /** SHA-256 of the table's text: what Electron compares with Info.plist before it uses the archive. */
  readonly tableSha256: string;
}

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>;
  readonly unpacked?: boolean;
}

const MAX_TABLE_BYTES = 16 * 1024 * 1024;

/** Throws for what is no archive. */
export async function readArchive(path: string): Promise<Archive> {
  const file = await open(path, 'r');
  try {
    const sizes = Buffer.alloc(16);
    await file.read(sizes, 0, 16, 0);
    const bytes = sizes.readUInt32LE(12);
    if (sizes.readUInt32LE(0) !== 4 || bytes > MAX_TABLE_BYTES)
      throw new Error(`${path} is no archive`);
    const table = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(table, 0, bytes, 16);
    if (bytesRead !== bytes) throw new Error(`${path} ends within its table`);
    const tree: Entry = JSON.parse(table.toString('utf8'));
    return {
      files: new Map([...filesIn(tree, '')].sort(([a], [b]) => (a < b ? -1 : 1))),
      tableSha256: createHash('sha256').update(table).digest('hex'),
    };
  } finally {
    await file.close();
  }
}

function* filesIn(entry: Entry, path: string): Generator<[string, { unpacked: boolean }]> {
  for (const [name, child] of Object.entries(entry.files ?? {})) {
    const at = path === '' ? name : `${path}/${name}`;
    if (child.files) yield* filesIn(child, at);
    else yield [at, { unpacked: child.unpacked === true }];
  }
}
