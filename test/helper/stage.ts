/** What the attacks on the helper share: a loop device over a small image, and callers made by hand. */

import {
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import { fromHelper, toHelper } from '../../src/helper/frames.ts';
import type { HelperRequest } from '../../src/helper/protocol.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { CallerRig, diskOf, type HelperRun, requestFor } from './caller-rig.ts';

/** Bytes of the image; each is FILLING. */
export const SIZE = 4 * 1024 * 1024;
export const FILLING = 0x5a;
export const EMPTY = new Uint8Array(0);

export class Stage {
  folder = '';
  #loop: LoopDevice | null = null;
  #disk: Disk | null = null;
  readonly #rigs: CallerRig[] = [];

  get loop(): LoopDevice {
    if (!this.#loop) throw new Error('not in a test');
    return this.#loop;
  }

  get disk(): Disk {
    if (!this.#disk) throw new Error('not in a test');
    return this.#disk;
  }

  async setUp(): Promise<void> {
    this.folder = mkdtempSync('/tmp/pikeep-attack-');
    writeFileSync(join(this.folder, 'card.img'), Buffer.alloc(SIZE, FILLING));
    this.#loop = await attachLoop(join(this.folder, 'card.img'));
    this.#disk = await diskOf(this.#loop.id);
  }

  async tearDown(): Promise<void> {
    for (const rig of this.#rigs.splice(0)) await rig.dispose();
    await this.#loop?.detach();
    rmSync(this.folder, { recursive: true });
  }

  /** A caller that listens; it has written no request yet. */
  async caller(uid = 0): Promise<CallerRig> {
    const rig = await new CallerRig(uid).listen();
    this.#rigs.push(rig);
    return rig;
  }

  /** A caller whose request was granted. */
  async openedCaller(
    action: HelperRequest['action'] = 'read',
  ): Promise<{ rig: CallerRig; run: HelperRun }> {
    const rig = await this.caller();
    rig.write(requestFor(this.disk, action));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    await rig.send(toHelper.accepted, 0, EMPTY);
    await rig.frame(fromHelper.opened, run);
    return { rig, run };
  }
}

/** A stage that is there anew for each test of the group it is called in. */
export function useStage(): Stage {
  const stage = new Stage();
  beforeEach(() => stage.setUp());
  afterEach(() => stage.tearDown());
  return stage;
}

/** What a process holds open, by the names it opened. */
export function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // Closed between listing and looking.
      return [];
    }
  });
}

/** The descriptors of a process that have a device open for writing (proc(5): `flags` are those of open(2)). */
export function openForWriting(pid: number | undefined, path: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== path) return false;
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
      const flags = Number.parseInt(info.match(/^flags:\s+(\d+)$/m)?.[1] ?? '', 8);
      return (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
    } catch {
      // Closed between listing and looking.
      return false;
    }
  });
}
