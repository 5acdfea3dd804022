/** Image files in the slot folder, as cards. */

import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disk } from '../../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError, throwIfInterrupted } from '../../engine/errors.ts';
import { type CardFacts, readCardFacts } from '../card-facts.ts';
import { openFileDevice } from '../file-device.ts';

/** A file whose content or name changed less than this ago may still be on its way; milliseconds. */
const SETTLED_AFTER_MS = 700;
const SECTOR_BYTES = 512;
const imageName = /^[^.].*\.(?:img|raw|dd)$/i;

interface Seen {
  readonly key: string;
  /** What stays the same while it is written. */
  readonly file: string;
  readonly disk: Disk;
}

/**
 * Lists the regular files of the slot that are named like disk images. Symbolic links and folders are passed over, so
 * nothing outside is reached. A file that is still being copied is left out until it has been the same for a moment; a card
 * that was listed before stays while it is restored.
 */
export class SlotDiskList {
  readonly #slot: string;
  #seen = new Map<string, Seen>();

  constructor(slot: string) {
    this.#slot = slot;
  }

  /** Throws USAGE when the slot is no folder that can be looked into. */
  async list(signal?: AbortSignal): Promise<readonly Disk[]> {
    const names = (await slotNames(this.#slot)).toSorted();
    const settled = await this.#settledFiles(names, signal);
    const seen = new Map<string, Seen>();
    for (const [name, stats] of settled) {
      throwIfInterrupted(signal);
      const key = fingerprint(stats);
      const known = this.#seen.get(name);
      const disk = known?.key === key ? known.disk : await readImage(this.#slot, name, stats);
      if (disk) seen.set(name, { key, file: fileOf(stats), disk });
    }
    for (const name of names) {
      const known = this.#seen.get(name);
      if (known === undefined || settled.has(name)) continue;
      // A card that was here before and is being written is still in its reader, with what was last known of it.
      const stats = await fileStats(join(this.#slot, name));
      if (stats && fileOf(stats) === known.file) seen.set(name, known);
    }
    this.#seen = seen;
    return [...seen.values()].map(({ disk }) => disk).toSorted(byId);
  }

  async #settledFiles(
    names: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, Stats>> {
    const files = new Map<string, Stats>();
    const young = new Map<string, Stats>();
    for (const name of names) {
      const stats = await fileStats(join(this.#slot, name));
      if (!stats) continue;
      const known = this.#seen.get(name)?.key === fingerprint(stats);
      // The time of the last change cannot be set to the past, unlike that of the content, which `cp -p` keeps.
      const age = Date.now() - stats.ctimeMs;
      (known || age >= SETTLED_AFTER_MS ? files : young).set(name, stats);
    }
    if (young.size === 0) return files;
    await delay(SETTLED_AFTER_MS, undefined, signal ? { signal } : {}).catch(() => {
      throwIfInterrupted(signal);
    });
    for (const [name, before] of young) {
      const now = await fileStats(join(this.#slot, name));
      if (now && fingerprint(now) === fingerprint(before)) files.set(name, now);
    }
    return new Map([...files].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** Names in the slot that look like images. Throws USAGE when there is no such folder. */
export async function slotNames(slot: string): Promise<string[]> {
  try {
    return (await readdir(slot)).filter((name) => imageName.test(name));
  } catch (error) {
    const detail = `the slot ${slot} cannot be read (${errnoOf(error) ?? 'unknown'})`;
    throw new PiKeepError('USAGE', { detail }, { cause: error });
  }
}

/** Null for everything that is not a regular file, or no longer there. */
export async function fileStats(path: string): Promise<Stats | null> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

export function fingerprint(stats: Stats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`;
}

/** Which file it is and how large; a file of the same name that is copied here anew is another. */
function fileOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}`;
}

function byId(one: Disk, other: Disk): number {
  return one.id < other.id ? -1 : 1;
}

/** Null when the file left while it was looked at. */
async function readImage(slot: string, name: string, stats: Stats): Promise<Disk | null> {
  const path = join(slot, name);
  const unknown: CardFacts = { scheme: null, tableId: null, partitions: [], bootFiles: null };
  let facts = unknown;
  try {
    if (stats.size >= SECTOR_BYTES) facts = await readFacts(path, stats.size);
  } catch (error) {
    if (isPiKeepError(error, 'NO_SUCH_DISK', 'SIZE_CHANGED', 'DEVICE_GONE')) return null;
    // A card that cannot be read is still shown; opening it will say why.
    if (!isPiKeepError(error, 'ACCESS_DENIED', 'READ_FAILED', 'UNSUPPORTED')) throw error;
  }
  return {
    id: name,
    path,
    rawPath: path,
    bytes: stats.size,
    sectorBytes: SECTOR_BYTES,
    mediaName: null,
    bus: 'slot',
    busName: null,
    internal: false,
    removable: true,
    ejectable: true,
    writable: (stats.mode & 0o222) !== 0,
    virtual: false,
    diskImage: null,
    diskUuid: null,
    roles: [],
    ...facts,
  };
}

async function readFacts(path: string, bytes: number): Promise<CardFacts> {
  const device = await openFileDevice(path, { expectedBytes: bytes, noFollow: true });
  try {
    return await readCardFacts(device);
  } finally {
    await device.close();
  }
}
