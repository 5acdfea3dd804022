/** What a server of network block devices serves, as a block device: nbdfuse shows it as a file, and a loop device is made of that. */

import { execFile, spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { endProcess } from './end-process.ts';
import { eventually } from './eventually.ts';
import { attachLoop } from './loop.ts';

const run = promisify(execFile);
const STARTS_WITHIN_MS = 15_000;

export interface NbdDeviceOptions {
  /** On which the server listens already. The file is made beside it. */
  readonly socket: string;
  /** As many as the server says. */
  readonly bytes: number;
  readonly readOnly?: boolean;
  /** Reads past the caches of the system, which would remember what the medium has lost. */
  readonly directIo?: boolean;
}

export interface NbdDevice {
  /** "/dev/loop4" */
  readonly path: string;
  /** Before the server ends. */
  close(): Promise<void>;
}

/** Needs root, nbdfuse and fusermount3. */
export async function nbdDevice(options: NbdDeviceOptions): Promise<NbdDevice> {
  const { socket, bytes, readOnly = false, directIo = false } = options;
  const file = join(dirname(socket), 'card');
  await writeFile(file, '');
  // It writes a line for every read that fails, as it is meant to. One thread (-s) keeps it alive through many of them.
  const args = [...(readOnly ? ['-r'] : []), '-s', file, '--unix', socket];
  const fuse = spawn('nbdfuse', args, { stdio: 'ignore' });
  const unmount = async (): Promise<void> => {
    // A file system that never came up, or went with its process, is not there to be unmounted.
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    if (mounts.includes(` ${file} `)) await run('fusermount3', ['-u', '-z', file]);
    await endProcess(fuse);
  };
  const isMounted = async (): Promise<boolean> => {
    if (fuse.exitCode !== null) throw new Error(`nbdfuse ended with ${fuse.exitCode}`);
    return (await stat(file)).size === bytes;
  };
  try {
    await eventually(`${file} is mounted`, isMounted, STARTS_WITHIN_MS);
    const loop = await attachLoop(file, { readOnly, directIo });
    return {
      path: loop.path,
      async close() {
        await loop.detach();
        await unmount();
      },
    };
  } catch (error) {
    await unmount();
    throw error;
  }
}
