/** What every test of the macOS adapter starts from: a Mac, its platform, an ordinary user, and an end to all of it. */

import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { BlockDevice } from '../../../src/engine/block-device.ts';
import type { Disk } from '../../../src/engine/disk.ts';
import { openThroughDoors } from '../../../src/platform/doors.ts';
import { createMacPlatform } from '../../../src/platform/macos/index.ts';
import type { OpenRequest, Platform } from '../../../src/platform/ports.ts';
import { plainDisk } from '../disk.ts';
import { writeCardImage } from './card-image.ts';
import { becomeOrdinaryUser } from './ordinary-user.ts';
import { createMac, type InsertOptions, type Mac } from './stand-in.ts';

export interface Harness {
  readonly mac: Mac;
  readonly platform: Platform;
  /** Writes a card's image, inserts it, and returns its bytes. */
  insertCard(facts?: InsertOptions['facts']): Buffer;
  /** The disk as it is listed now. */
  disk(id?: string): Promise<Disk>;
  /** The inserted card without asking `diskutil`, for tests of what comes after. */
  plainCard(): Disk;
  /** What opening it asks for; `changes` replace parts of that. */
  request(card: Disk, changes?: Partial<OpenRequest>): OpenRequest;
  /** Opens the disk through the platform's doors; the device is closed when the test ends. */
  open(card: Disk, changes?: Partial<OpenRequest>): Promise<BlockDevice>;
}

/** To be called once at the top of a test file (or of a `describe`). */
export function useMac(): Harness {
  let mac: Mac | null = null;
  let platform: Platform | null = null;
  let becomeRootAgain = () => {};
  let devices: BlockDevice[] = [];

  beforeEach(() => {
    becomeRootAgain = becomeOrdinaryUser();
    mac = createMac();
    platform = createMacPlatform(mac.places);
    devices = [];
  });
  afterEach(async () => {
    for (const device of devices) await device.close();
    mac?.remove();
    becomeRootAgain();
  });

  return {
    get mac() {
      if (!mac) throw new Error('no test is running');
      return mac;
    },
    get platform() {
      if (!platform) throw new Error('no test is running');
      return platform;
    },
    insertCard(facts = {}) {
      const path = join(this.mac.state.folder, 'card.img');
      const bytes = writeCardImage(path);
      this.mac.insert({ image: path, facts });
      return bytes;
    },
    async disk(id = 'disk4') {
      const found = (await this.platform.disks.list()).find((candidate) => candidate.id === id);
      if (!found) throw new Error(`no ${id}`);
      return found;
    },
    plainCard() {
      const [card] = this.mac.state.read().cards;
      if (!card) throw new Error('no card');
      const { id, bytes } = card;
      const { devices } = this.mac.places;
      return plainDisk({ id, bytes, path: join(devices, id), rawPath: join(devices, `r${id}`) });
    },
    request(card, changes = {}) {
      return {
        disk: card,
        allowDiskImage: false,
        authorizer: this.mac.authorizer,
        prompt: 'PiKeep wants to read the card.',
        ...changes,
      };
    },
    async open(card, changes) {
      const request = this.request(card, changes);
      const { device } = await openThroughDoors(this.platform.readDoors, request, null);
      devices.push(device);
      return device;
    },
  };
}

/** The code with which a promise is rejected; fails the test when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  throw new Error('this should have been refused');
}
