/** What the checks share: a sample card and a blank one as image files, attached when a check wants them. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from '../../src/engine/disk.ts';
import type { DoorName } from '../../src/platform/ports.ts';
import type { TaskContext } from '../../src/worker/task-context.ts';
import { writeSampleCard } from '../sample-card.ts';
import { NeedsHuman, NotHere } from './check.ts';
import type { Recorder } from './recorder.ts';
import type { World } from './world.ts';

/** By how much the card to be written to is larger: a restore has to leave the rest alone. */
const MORE_BYTES = 16 * 1024 * 1024;

export class Stage {
  readonly world: World;
  readonly folder: string;
  readonly recorder: Recorder;
  readonly #attached = new Map<string, string>();
  /** Of the sample card, before anything could touch it. */
  readonly cardSha256: string;
  readonly cardBytes: number;
  /** The last backup that was made and compared, for the checks of what comes after. */
  backup: string | null = null;

  private constructor(
    world: World,
    folder: string,
    recorder: Recorder,
    card: { bytes: number; sha256: string },
  ) {
    this.world = world;
    this.folder = folder;
    this.recorder = recorder;
    this.cardBytes = card.bytes;
    this.cardSha256 = card.sha256;
  }

  /** `folder` exists and is empty. `writeCard` makes the image of a card and resolves with its size. */
  static async prepare(
    world: World,
    folder: string,
    recorder: Recorder,
    writeCard: (path: string) => Promise<number> = writeSampleCard,
  ): Promise<Stage> {
    const bytes = await writeCard(join(folder, 'card.img'));
    const sha256 = await sha256Of(join(folder, 'card.img'));
    await writeFile(join(folder, 'blank.img'), emptyCard(bytes + MORE_BYTES));
    await truncate(join(folder, 'blank.img'), bytes + MORE_BYTES);
    await mkdir(join(folder, 'library'));
    return new Stage(world, folder, recorder, { bytes, sha256 });
  }

  get library(): string {
    return join(this.folder, 'library');
  }

  /** The sample card as it is listed now; attached first if need be. */
  card(): Promise<Disk> {
    return this.#disk('card.img');
  }

  /** The blank one, to be written to. */
  blank(): Promise<Disk> {
    return this.#disk('blank.img');
  }

  /** The disk of this name, listed now; null when there is none. */
  async listed(id: string): Promise<Disk | null> {
    const disks = await this.world.platform.disks.list();
    return disks.find((disk) => disk.id === id) ?? null;
  }

  async detach(disk: Disk): Promise<void> {
    for (const [image, id] of this.#attached) if (id === disk.id) this.#attached.delete(image);
    await this.world.detach(disk.id);
  }

  async close(): Promise<void> {
    for (const id of this.#attached.values()) await this.world.detach(id);
    this.#attached.clear();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Throws NotHere for a door that this world has not, NeedsHuman for one that would ask and nobody answers. */
  async prepareDoor(name: DoorName, disk: Disk, access: 'readonly' | 'readwrite'): Promise<void> {
    const { platform } = this.world;
    const doors = access === 'readonly' ? platform.readDoors : platform.writeDoors;
    if (!doors.some((door) => door.name === name)) throw new NotHere(`there is no door ${name}`);
    if (name === 'authopen') await this.world.allow(`sys.openfile.${access}.${disk.rawPath}`);
    if (name === 'helper' && this.world.dialogs === 'nobody') {
      throw new NeedsHuman('somebody has to type a password (run it with --interactive)');
    }
  }

  /** For a task that runs in this process; `warn` hears the codes of its warnings. */
  context(warn: (code: string) => void = () => undefined): TaskContext {
    return {
      createPlatform: () => Promise.resolve(this.world.platform),
      authorizer: this.world.authorizer,
      signal: new AbortController().signal,
      keepsPartial: () => false,
      now: () => Date.now(),
      monotonic: () => performance.now(),
      progress: () => undefined,
      plan: () => undefined,
      held: () => undefined,
      warn: (code) => warn(code),
    };
  }

  async #disk(image: string): Promise<Disk> {
    const known = this.#attached.get(image);
    const there = known === undefined ? null : await this.listed(known);
    if (there) return there;
    const id = await this.world.attach(join(this.folder, image));
    this.#attached.set(image, id);
    const disk = await this.listed(id);
    if (!disk) throw new Error(`${id} was attached, and is not listed`);
    return disk;
  }
}

/** The first sector of a card with one empty FAT32 partition that fills it: a table as of the MBR, at 446. */
function emptyCard(bytes: number): Uint8Array {
  const sector = Buffer.alloc(512);
  sector.writeUInt8(0x0c, 450);
  sector.writeUInt32LE(2048, 454);
  sector.writeUInt32LE(bytes / 512 - 2048, 458);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Of the first `bytes` of a file, or of all of it; in hexadecimal. */
export async function sha256Of(path: string, bytes?: number): Promise<string> {
  const hash = createHash('sha256');
  const range = bytes === undefined ? {} : { end: bytes - 1 };
  for await (const chunk of createReadStream(path, range)) hash.update(chunk);
  return hash.digest('hex');
}
