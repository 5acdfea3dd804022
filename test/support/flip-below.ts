/** Changes a file on its disk without its file system noticing, as a fault of the disk would. Needs filefrag. */

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Inverts the byte at `at` of the file `path` in `volume`, the file that holds its file system (`mountedVolume().image`). */
export async function flipBelow(volume: string, path: string, at: number): Promise<void> {
  const { stdout } = await run('filefrag', ['-v', '-b512', path]);
  const block = Math.floor(at / 512);
  for (const line of stdout.split('\n')) {
    const match = /^\s*\d+:\s*(\d+)\.\.\s*(\d+):\s*(\d+)\.\./.exec(line);
    if (!match) continue;
    const [first, last, physical] = match.slice(1).map(Number) as [number, number, number];
    if (block < first || block > last) continue;
    const position = (physical + block - first) * 512 + (at % 512);
    const below = await open(volume, constants.O_RDWR);
    try {
      const byte = Buffer.alloc(1);
      await below.read(byte, 0, 1, position);
      byte[0] = (byte[0] ?? 0) ^ 0xff;
      await below.write(byte, 0, 1, position);
    } finally {
      await below.close();
    }
    return;
  }
  throw new Error(`no block of ${path} holds ${at}:\n${stdout}`);
}
