/**
 * A card reader with a speed: a loop device, and a control group in which everything that reads or writes it is held to so
 * many bytes a second (Linux, Documentation/admin-guide/cgroup-v1/blkio-controller.rst and cgroup-v2.rst, io.max). Needs
 * root and `losetup`.
 */

import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { attachLoop, type LoopDevice } from './loop.ts';

/** What a good reader with a good card does. */
export const READER_BYTES_PER_SECOND = 90_000_000;
export const WRITER_BYTES_PER_SECOND = 20_000_000;

export interface SlowReader extends LoopDevice {
  /**
   * A command line that runs `command` within the limit, children included: the limit holds for processes, not for the
   * device as such.
   */
  limited(command: readonly string[]): readonly string[];
  /** Puts a process that runs already, and its later children, within the limit. */
  limit(pid: number): Promise<void>;
  /** Detaches and removes the group; every limited process must have ended. */
  detach(): Promise<void>;
}

export interface SlowReaderOptions {
  /** Bytes per second; default: 90 MB/s for reading, 20 MB/s for writing. */
  readonly read?: number;
  readonly write?: number;
  readonly readOnly?: boolean;
}

/** Throws when this machine has neither controller; `slowReaderTrouble` says so before. */
export async function slowReader(
  image: string,
  options: SlowReaderOptions = {},
): Promise<SlowReader> {
  const controller = await findController();
  if (!controller) throw new Error('no control group can limit block devices here');
  const loop = await attachLoop(image, options.readOnly ? { readOnly: true } : {});
  const group = join(controller.folder, `pikeep-${process.pid}-${loop.id}`);
  try {
    await mkdir(group);
    await controller.limit(group, {
      device: (await readFile(`/sys/class/block/${loop.id}/dev`, 'utf8')).trim(),
      read: options.read ?? READER_BYTES_PER_SECOND,
      write: options.write ?? WRITER_BYTES_PER_SECOND,
    });
  } catch (error) {
    await rmdir(group).catch(() => undefined);
    await loop.detach();
    throw error;
  }
  let detached: Promise<void> | null = null;
  return {
    ...loop,
    limited: (command) => [
      '/bin/sh',
      '-c',
      `echo $$ > '${group}/cgroup.procs' && exec "$@"`,
      'sh',
      ...command,
    ],
    limit: (pid) => writeFile(join(group, 'cgroup.procs'), String(pid)),
    detach() {
      detached ??= rmdir(group).then(() => loop.detach());
      return detached;
    },
  };
}

/** Empty when `slowReader` can work here, else the reason. */
export async function slowReaderTrouble(): Promise<string> {
  if (process.getuid?.() !== 0) return 'not running as root';
  return (await findController()) ? '' : 'no control group can limit block devices';
}

interface Limit {
  /** "7:3" */
  readonly device: string;
  readonly read: number;
  readonly write: number;
}

interface Controller {
  /** Where groups are made. */
  readonly folder: string;
  limit(group: string, limit: Limit): Promise<void>;
}

/** Looks where the controllers are mounted, and offers the one that is really in force. */
async function findController(): Promise<Controller | null> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => {
    const [left, right] = line.split(' - ');
    const [type, , options = ''] = right?.split(' ') ?? [];
    return { folder: left?.split(' ')[4] ?? '', type, options: options.split(',') };
  });
  const v1 = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('blkio'));
  if (v1) return { folder: v1.folder, limit: limitV1 };
  for (const { folder } of mounts.filter(({ type }) => type === 'cgroup2')) {
    const controllers = await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '');
    if (!controllers.split(/\s/).includes('io')) continue;
    await writeFile(join(folder, 'cgroup.subtree_control'), '+io');
    return { folder, limit: limitV2 };
  }
  return null;
}

async function limitV1(group: string, { device, read, write }: Limit): Promise<void> {
  await writeFile(join(group, 'blkio.throttle.read_bps_device'), `${device} ${read}`);
  await writeFile(join(group, 'blkio.throttle.write_bps_device'), `${device} ${write}`);
}

async function limitV2(group: string, { device, read, write }: Limit): Promise<void> {
  await writeFile(join(group, 'io.max'), `${device} rbps=${read} wbps=${write}`);
}
