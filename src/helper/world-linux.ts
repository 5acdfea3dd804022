/** The system as the helper sees it on Linux. */

import {
  constants,
  existsSync,
  open as openCallback,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as v from 'valibot';
import type { Disk } from '../engine/disk.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { sysfsFolder } from '../platform/block-facts.ts';
import { listDisks } from '../platform/linux/disk-list.ts';
import { run } from '../platform/run.ts';
import { asCaller } from './caller.ts';
import type { HelperRequest } from './protocol.ts';
import type { HelperWorld } from './world.ts';

/** Only root writes there; which of them holds a program differs between distributions. */
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** `man 8 losetup`, --list --json. The numbers are those of the file that the kernel holds open, not of a name. */
const loopsSchema = v.object({
  loopdevices: v.tuple([
    v.object({
      'back-file': v.string(),
      'back-ino': v.number(),
      'back-maj:min': v.pipe(v.string(), v.trim(), v.regex(/^\d+:\d+$/)),
    }),
  ]),
});

const openDescriptor = promisify(openCallback);

export function linuxWorld(): HelperWorld {
  const always = constants.O_NONBLOCK | constants.O_DIRECT;
  return {
    openFlags: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_EXCL | always,
    writing: {
      // proc(5), /proc/pid/fd: leads to what is open there, whatever its name leads to by now. `held` has O_EXCL.
      beside: (held, access) => {
        const mode = access === 'write' ? constants.O_RDWR : constants.O_RDONLY;
        return openDescriptor(`/proc/self/fd/${held}`, mode | always);
      },
    },
    list: () => listDisks({ program: systemTool('lsblk'), env: {}, mayLookInside: false }),
    isDisk,
    ownsImage,
  };
}

/** sysfs says which number a disk of that name has; a node in /dev may say anything. */
function isDisk(held: Stats, disk: Disk): boolean {
  if (!held.isBlockDevice()) return false;
  try {
    const number = readFileSync(`/sys/class/block/${disk.id}/dev`, 'utf8').trim();
    return sysfsFolder(held.rdev) === `/sys/dev/block/${number}`;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Compares the file at the name the kernel gives with the file the kernel holds: a deleted file's name ends in
 * " (deleted)", and anybody may make another file of just that name.
 */
async function ownsImage(
  disk: Disk,
  uid: number,
  action: HelperRequest['action'],
): Promise<boolean> {
  if (!/^loop\d+$/.test(disk.id)) return false;
  const columns = ['--output', 'BACK-FILE,BACK-INO,BACK-MAJ:MIN'];
  const { status, stdout, stderr } = await run(
    systemTool('losetup'),
    ['--list', '--json', ...columns, `/dev/${disk.id}`],
    { env: {}, timeoutMs: 10_000 },
  );
  if (status !== 0)
    throw new PiKeepError('TOOL_FAILED', { tool: 'losetup', detail: stderr.trim() });
  const parsed = v.safeParse(loopsSchema, parse(stdout));
  if (!parsed.success) return false;
  const [loop] = parsed.output.loopdevices;
  const path = loop['back-file'];
  const file =
    action === 'read'
      ? statSync(path, { throwIfNoEntry: false })
      : await asCaller(uid, () => statWritable(path));
  if (!file?.isFile() || file.uid !== uid || file.ino !== loop['back-ino']) return false;
  return sysfsFolder(file.dev) === `/sys/dev/block/${loop['back-maj:min'].replace(/\s+/g, '')}`;
}

/** Of the file, if it can be opened for writing with the rights at hand. Opening changes nothing, nor does it wait. */
async function statWritable(path: string): Promise<Stats | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // Whatever the reason is, it is one that the caller could not have overcome either.
    if (errnoOf(error) !== null) return undefined;
    throw error;
  }
  try {
    return await file.stat();
  } finally {
    await file.close();
  }
}

function systemTool(tool: string): string {
  const path = SYSTEM_FOLDERS.map((folder) => `${folder}/${tool}`).find((one) => existsSync(one));
  if (path === undefined) throw new PiKeepError('TOOL_MISSING', { tool });
  return path;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new PiKeepError('TOOL_FAILED', { tool: 'losetup', detail: 'no JSON' }, { cause: error });
  }
}
