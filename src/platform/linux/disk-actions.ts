/** Unmounting and ejecting on Linux. */

import { close as closeCallback, constants, open as openCallback } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Disk } from '../../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError, throwIfInterrupted } from '../../engine/errors.ts';
import type { DiskActions } from '../ports.ts';
import { run } from '../run.ts';
import { findHolder, type Holder } from './holder.ts';
import { type MountEntry, mountsOfDisk } from './mount-table.ts';
import type { LinuxTools } from './tools.ts';

const openDescriptor = promisify(openCallback);
const closeDescriptor = promisify(closeCallback);

/** Between tries; milliseconds. File managers and indexers let go within a few seconds. */
const PAUSES_MS = [0, 200, 400, 800, 1600];
const RELEASE_LIMIT_MS = 5_000;

export function createLinuxActions(tools: LinuxTools): DiskActions {
  return {
    unmount: (disk, { force, signal }) => unmount(tools, disk, force, signal),
    eject: (disk, options) => eject(tools, disk, options?.signal),
  } satisfies DiskActions;
}

/**
 * Tries for about three seconds. `force` then takes the volume out of sight although a program holds files on it (a lazy
 * unmount, the only force Linux has for a local disk), and waits until that program lets go: while it does not, the volume
 * is still live underneath, and the refusal stands.
 */
async function unmount(
  tools: LinuxTools,
  disk: Disk,
  force: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const pause of PAUSES_MS) {
    if (pause > 0) await wait(pause, signal);
    const mounts = await mountsOfDisk(disk.id);
    if (mounts.length === 0) return;
    for (const mount of mounts) await unmountOnce(tools, mount, 'plain', signal);
  }
  const left = await mountsOfDisk(disk.id);
  if (left.length === 0) return;
  const holder = await findHolder(left.map(({ mountPoint }) => mountPoint));
  if (!force) throw new PiKeepError('UNMOUNT_REFUSED', { disk: disk.id, holder });
  for (const mount of left) await unmountOnce(tools, mount, 'lazy', signal);
  await released(disk, holder, signal);
}

/** Says nothing: the mount table says whether it worked, whatever the program thought of it. */
async function unmountOnce(
  tools: LinuxTools,
  mount: MountEntry,
  how: 'plain' | 'lazy',
  signal: AbortSignal | undefined,
): Promise<void> {
  const lazy = how === 'lazy';
  // udisks may unmount for the person at the screen what only root may otherwise (man udisksctl; its force is lazy too).
  const asked =
    process.getuid?.() !== 0 && mount.source.startsWith('/dev/')
      ? await attempt(
          tools.udisksctl,
          [
            ...['unmount', '--no-user-interaction', '--block-device', mount.source],
            ...(lazy ? ['--force'] : []),
          ],
          signal,
        )
      : false;
  if (asked) return;
  await attempt(tools.umount, [...(lazy ? ['--lazy'] : []), '--', mount.mountPoint], signal);
}

/** True when the program exists and was content. */
async function attempt(
  program: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await run(program, args, { signal, timeoutMs: 30_000 })).status === 0;
  } catch (error) {
    if (isPiKeepError(error, 'TOOL_MISSING', 'TOOL_FAILED')) return false;
    throw error;
  }
}

/** After a lazy unmount the device stays claimed until the last file is closed; an exclusive open tells. */
async function released(
  disk: Disk,
  holder: Holder | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stillMounted = (await mountsOfDisk(disk.id)).length > 0;
  const deadline = performance.now() + RELEASE_LIMIT_MS;
  while (stillMounted || (await isClaimed(disk.path))) {
    if (stillMounted || performance.now() > deadline) {
      throw new PiKeepError('UNMOUNT_REFUSED', { disk: disk.id, holder });
    }
    await wait(100, signal);
  }
}

async function isClaimed(path: string): Promise<boolean> {
  try {
    await closeDescriptor(await openDescriptor(path, constants.O_RDONLY | constants.O_EXCL));
    return false;
  } catch (error) {
    // Who may not open the device cannot know; opening it for the backup, with more rights, will tell.
    return errnoOf(error) === 'EBUSY';
  }
}

/**
 * Unmounting writes everything out, and that is what makes a card safe to take. On top of it the medium is ejected, or a
 * disk without a removable medium switched off, where the system has the means; that it has not is no refusal. A loop
 * device has nothing to take out, and a built-in card slot has no motor.
 */
async function eject(
  tools: LinuxTools,
  disk: Disk,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await unmount(tools, disk, false, signal);
  } catch (error) {
    if (!isPiKeepError(error, 'UNMOUNT_REFUSED')) throw error;
    throw new PiKeepError('EJECT_REFUSED', error.facts, { cause: error });
  }
  if (disk.diskImage !== null || disk.bus === 'secure-digital') return;
  if (disk.removable === true) {
    // Not switched off: a reader without power would not notice the next card.
    await attempt(tools.eject, ['--', disk.path], signal);
    return;
  }
  await attempt(
    tools.udisksctl,
    ['power-off', '--no-user-interaction', '--block-device', disk.path],
    signal,
  );
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfInterrupted(signal);
  try {
    await delay(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new PiKeepError('INTERRUPTED', {}, { cause: error });
  }
}
