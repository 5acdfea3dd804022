/** What the tests of the restore's guard share: a card on a loop device, and worlds that differ in one thing from the real one. */

import {
  chmodSync,
  constants,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Disk } from '../../src/engine/disk.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import type { HelperRequest } from '../../src/helper/protocol.ts';
import { openForRestore } from '../../src/helper/restore-guard.ts';
import { type HelperWorld, systemWorld } from '../../src/helper/world.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { diskOf, requestFor } from './caller-rig.ts';
import { openForWriting } from './stage.ts';

export const MIB = 1024 * 1024;
export const CARD_BYTES = 4 * MIB;
/** Every byte of the card. */
export const OLD = 0x5a;
export const NEW = 0x11;

export class GuardStage {
  folder = '';
  #loop: LoopDevice | null = null;
  #disk: Disk | null = null;
  #world: HelperWorld | null = null;
  #opened: WritableDevice | null = null;
  readonly #others: LoopDevice[] = [];

  get image(): string {
    return join(this.folder, 'card.img');
  }

  get loop(): LoopDevice {
    return there(this.#loop);
  }

  /** As it was when it was last looked at. */
  get disk(): Disk {
    return there(this.#disk);
  }

  get world(): HelperWorld {
    return there(this.#world);
  }

  /** macOS's way, which works here too: the first descriptor is given up before the second is opened. */
  get again(): HelperWorld & { readonly writing: { readonly flags: number } } {
    return { ...this.world, writing: { flags: this.world.openFlags | constants.O_RDWR } };
  }

  async setUp(): Promise<void> {
    this.folder = mkdtempSync('/tmp/pikeep-guard-');
    chmodSync(this.folder, 0o755);
    writeFileSync(this.image, Buffer.alloc(CARD_BYTES, OLD));
    this.#world = await systemWorld();
    await this.attach();
  }

  async tearDown(): Promise<void> {
    await this.#opened?.close();
    this.#opened = null;
    for (const one of [this.loop, ...this.#others.splice(0)]) await one.detach();
    rmSync(this.folder, { recursive: true });
  }

  /** Puts the card in, once more if it was in. */
  async attach(options: { readonly readOnly?: boolean } = {}): Promise<void> {
    await this.#loop?.detach();
    this.#loop = await attachLoop(this.image, options);
    await this.lookAgain();
  }

  async lookAgain(): Promise<void> {
    this.#disk = await diskOf(this.loop.id);
  }

  /** A second card, full of OLD too. */
  async attachOther(): Promise<LoopDevice> {
    writeFileSync(join(this.folder, 'other.img'), Buffer.alloc(CARD_BYTES, OLD));
    const other = await attachLoop(join(this.folder, 'other.img'));
    this.#others.push(other);
    return other;
  }

  async guard(
    change: Partial<HelperRequest> = {},
    uid = 0,
    world = this.world,
  ): Promise<WritableDevice> {
    const request = { ...requestFor(this.disk, 'restore'), ...change };
    this.#opened = await openForRestore(request, uid, world);
    return this.#opened;
  }

  /** The world, but for what it says of the card. */
  seen(as: Partial<Disk>, world = this.world): HelperWorld {
    return {
      ...world,
      list: async () =>
        (await world.list()).map((one) => (one.id === this.loop.id ? { ...one, ...as } : one)),
    };
  }

  /** True when every byte of a card is what it was. */
  isUntouched(file = this.image): boolean {
    return readFileSync(file).equals(Buffer.alloc(lstatSync(file).size, OLD));
  }

  /** This process's descriptors that could write to the card. */
  writers(): string[] {
    return openForWriting(process.pid, this.loop.path);
  }
}

/** A stage that is there anew for each test of the group it is called in. */
export function useGuardStage(): GuardStage {
  const stage = new GuardStage();
  beforeEach(() => stage.setUp());
  afterEach(() => stage.tearDown());
  return stage;
}

function there<T>(value: T | null): T {
  if (value === null) throw new Error('not in a test');
  return value;
}
