/**
 * A card reader with faults, made of real kernel parts: nbdkit serves the image with a fault filter, nbdfuse shows it as
 * a file, and a loop device makes a block device of that. Needs root, nbdkit, nbdfuse, fusermount3.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess } from './end-process.ts';
import { eventually } from './eventually.ts';
import { nbdDevice } from './nbd-device.ts';

const STARTS_WITHIN_MS = 15_000;

export interface ReaderFaults {
  /**
   * Ranges that never read; multiples of 512. Where the device can be written, what is written can be read again, and goes to a
   * layer above: the file stays as it is.
   */
  readonly bad?: readonly { offset: number; bytes: number }[];
  /** Reads fail with EIO as long as this file exists, and work again when it is gone. */
  readonly failWhile?: string;
  /** The device can be written, and writes fail like this as long as `path` exists. A path without a file: they work. */
  readonly failWritesWhile?: { readonly path: string; readonly errno: 'EIO' | 'ENOSPC' };
  /** The device can be written, but for these ranges: a write that would change them fails with EIO. Multiples of 512. */
  readonly badWrites?: readonly { offset: number; bytes: number }[];
  /** Every read waits this long first. */
  readonly delayMs?: number;
  /** Bytes per second. */
  readonly bytesPerSecond?: number;
}

export interface FaultyReader {
  /** The block device, "/dev/loop4". */
  readonly path: string;
  /** From now on no read ends, nor fails: the reader hangs. */
  freeze(): void;
  /** Everything goes on. */
  thaw(): void;
  /** Ends the server in mid-stream, as if the reader had died. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export async function faultyReader(image: string, faults: ReaderFaults): Promise<FaultyReader> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-reader-'));
  const socket = join(folder, 'nbd.sock');
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const args = await nbdkitArguments(image, faults, folder, socket);
    const server = spawn('nbdkit', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    undo.push(() => endProcess(server));
    await eventually(
      `${socket} is there`,
      () => {
        if (server.exitCode !== null) throw new Error(`nbdkit ended with ${server.exitCode}`);
        return existsSync(socket);
      },
      STARTS_WITHIN_MS,
    );
    const { size: bytes } = await stat(image);
    const device = await nbdDevice({ socket, bytes, readOnly: !isWritable(faults) });
    undo.push(() => device.close());
    // What hangs in the kernel could not be taken down.
    undo.push(async () => void server.kill('SIGCONT'));
    return {
      path: device.path,
      freeze: () => void server.kill('SIGSTOP'),
      thaw: () => void server.kill('SIGCONT'),
      // At once: asked to end, it would refuse some reads and answer others for a while.
      kill: () => endProcess(server, { signal: 'SIGKILL' }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function isWritable({ failWritesWhile, badWrites }: ReaderFaults): boolean {
  return failWritesWhile !== undefined || badWrites !== undefined;
}

async function nbdkitArguments(
  image: string,
  faults: ReaderFaults,
  folder: string,
  socket: string,
): Promise<string[]> {
  const filters: string[] = [];
  const settings: string[] = [];
  if (faults.bad && faults.bad.length > 0) {
    const map = join(folder, 'bad.map');
    await writeFile(map, ddrescueMap((await stat(image)).size, faults.bad));
    if (isWritable(faults)) filters.push('cow');
    filters.push('ddrescue');
    settings.push(`ddrescue-mapfile=${map}`);
  }
  if (faults.failWhile) {
    filters.push('error');
    settings.push('error-pread=EIO', 'error-pread-rate=1', `error-file=${faults.failWhile}`);
  }
  if (faults.failWritesWhile) {
    const { path, errno } = faults.failWritesWhile;
    filters.push('error');
    settings.push(`error-pwrite=${errno}`, 'error-pwrite-rate=1', `error-file=${path}`);
  }
  if (faults.badWrites && faults.badWrites.length > 0) {
    filters.push('protect');
    for (const { offset, bytes } of faults.badWrites) {
      settings.push(`protect=${offset}-${offset + bytes - 1}`);
    }
  }
  if (faults.delayMs) {
    filters.push('delay');
    settings.push(`rdelay=${faults.delayMs}ms`);
  }
  if (faults.bytesPerSecond) {
    filters.push('rate');
    settings.push(`rate=${faults.bytesPerSecond * 8}`, 'burstiness=0.2');
  }
  const used = filters.map((filter) => `--filter=${filter}`);
  return [
    '--foreground',
    '--exit-with-parent',
    '--unix',
    socket,
    ...used,
    'file',
    image,
    ...settings,
  ];
}

/** GNU ddrescue's map: what is '-' fails, what is '+' reads. The last line ends at the end of the device. */
function ddrescueMap(size: number, bad: readonly { offset: number; bytes: number }[]): string {
  const lines = ['0x0 ? 1'];
  const line = (from: number, to: number, mark: string) => {
    if (to > from) lines.push(`0x${from.toString(16)} 0x${(to - from).toString(16)} ${mark}`);
  };
  let at = 0;
  for (const { offset, bytes } of bad.toSorted((a, b) => a.offset - b.offset)) {
    line(at, offset, '+');
    line(offset, offset + bytes, '-');
    at = offset + bytes;
  }
  line(at, size, '+');
  return `${lines.join('\n')}\n`;
}
