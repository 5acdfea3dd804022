/** Attaches an image file as a loop device, and detaches exactly that one again. Needs root and `losetup`. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Milliseconds until a device that is still held counts as forgotten open. */
const PATIENCE_MS = 30_000;

export interface LoopDevice {
  /** "/dev/loop3" */
  readonly path: string;
  /** "loop3" */
  readonly id: string;
  /** May be called twice. Resolves when the kernel has let go of the file. */
  detach(): Promise<void>;
}

export interface LoopOptions {
  readonly readOnly?: boolean;
  /** Make nodes for the partitions (loop3p1 and so on), also where the kernel itself reads no partition tables. */
  readonly partitions?: boolean;
  readonly sectorSize?: 512 | 4096;
  /** Bytes; the device starts here in the file, or ends there. */
  readonly offset?: number;
  readonly bytes?: number;
  /**
   * Take this number instead of the first that is free: one from 7000 up is nobody else's right after it was detached. Its
   * (empty) node stays in /dev.
   */
  readonly number?: number;
  /** Let the loop device read its file past the page cache, as a card reader would. */
  readonly directIo?: boolean;
}

export async function attachLoop(image: string, options: LoopOptions = {}): Promise<LoopDevice> {
  const args = options.number === undefined ? ['--find', '--show'] : [];
  if (options.readOnly) args.push('--read-only');
  if (options.partitions) args.push('--partscan');
  if (options.sectorSize) args.push('--sector-size', String(options.sectorSize));
  if (options.offset) args.push('--offset', String(options.offset));
  if (options.bytes) args.push('--sizelimit', String(options.bytes));
  if (options.directIo) args.push('--direct-io=on');
  const chosen = options.number === undefined ? [] : [`/dev/loop${options.number}`];
  const { stdout } = await run('losetup', [...args, ...chosen, image]);
  const path = chosen[0] ?? stdout.trim();
  if (!/^\/dev\/loop\d+$/.test(path)) throw new Error(`losetup said ${JSON.stringify(stdout)}`);
  const id = path.slice('/dev/'.length);
  if (options.partitions) await run('partx', ['--update', path]);
  let detached: Promise<void> | null = null;
  return {
    path,
    id,
    detach() {
      detached ??= detach(path, id, image, options.partitions ?? false);
      return detached;
    },
  };
}

async function detach(path: string, id: string, image: string, partitions: boolean): Promise<void> {
  // Partitions that partx made outlive the device otherwise, and would belong to whoever gets its number next.
  if (partitions) await run('partx', ['--delete', path]);
  await run('losetup', ['--detach', path]);
  // The kernel detaches when the last user closes the device. Whoever lists disks just then may be one for a moment;
  // somebody who keeps it would go unnoticed otherwise.
  const deadline = Date.now() + PATIENCE_MS;
  while ((await backingFile(id)) === image) {
    if (Date.now() > deadline) {
      throw new Error(`${path} is still in use and will detach by itself`);
    }
    await delay(20);
  }
}

async function backingFile(id: string): Promise<string> {
  const file = await readFile(`/sys/class/block/${id}/loop/backing_file`, 'utf8').catch(() => '');
  return file.trim();
}
