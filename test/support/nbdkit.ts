/**
 * A card reader with faults, made of real kernel parts: nbdkit serves the image with a fault filter, nbdfuse shows it as
 * a file, and a loop device makes a block device of that. Needs root, nbdkit, nbdfuse, fusermount3.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { attachLoop } from './loop.ts';

const run = promisify(execFile);
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
  const file = join(folder, 'card');
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const args = await nbdkitArguments(image, faults, folder, socket);
    const server = spawn('nbdkit', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    undo.push(() => end(server));
    await appears(socket, server);
    await writeFile(file, '');
    // It writes a line for every read that fails, as it is meant to. One thread (-s) keeps it alive through many of them.
    const readOnly = !isWritable(faults);
    const fuse = spawn('nbdfuse', [...(readOnly ? ['-r'] : []), '-s', file, '--unix', socket], {
      stdio: 'ignore',
    });
    undo.push(() => end(fuse));
    // A file system that never came up, or went with its process, is not there to be unmounted.
    undo.push(async () => {
      const mounts = await readFile('/proc/self/mounts', 'utf8');
      if (mounts.includes(` ${file} `)) await run('fusermount3', ['-u', '-z', file]);
    });
    await grows(file, (await stat(image)).size, fuse);
    const loop = await attachLoop(file, { readOnly });
    undo.push(() => loop.detach());
    // What hangs in the kernel could not be taken down.
    undo.push(async () => void server.kill('SIGCONT'));
    return {
      path: loop.path,
      freeze: () => void server.kill('SIGSTOP'),
      thaw: () => void server.kill('SIGCONT'),
      // At once: asked to end, it would refuse some reads and answer others for a while.
      kill: () => end(server, 'SIGKILL'),
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

async function appears(path: string, by: ChildProcess): Promise<void> {
  await until(`${path} appears`, by, async () => (await stat(path).catch(() => null)) !== null);
}

async function grows(path: string, bytes: number, by: ChildProcess): Promise<void> {
  await until(`${path} is mounted`, by, async () => (await stat(path)).size === bytes);
}

async function until(what: string, by: ChildProcess, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (!(await done())) {
    if (by.exitCode !== null)
      throw new Error(`${by.spawnfile} ended (${by.exitCode}) before ${what}`);
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(20);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}
