/** Every whole disk macOS shows, from `diskutil` alone: no device is opened, nothing under /Volumes is looked at. */

import type { Disk } from '../../engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import type { Closable, DiskSource } from '../ports.ts';
import { assembleDisks } from './disk-assembly.ts';
import {
  type DiskRecord,
  disksBelow,
  type ListedDisk,
  readDiskRecord,
  readList,
} from './disk-records.ts';
import { type WatchTimes, watchDisks } from './disk-watch.ts';
import { askInfo, askList } from './diskutil.ts';
import type { MacPlaces } from './tools.ts';

/**
 * Lists disks. While somebody watches, so that no departure goes unseen, the answer to `info` is kept for as long as its
 * disk stays: starting `diskutil` costs more than PiKeep may use at rest. Otherwise everything is asked anew.
 */
export class MacDiskList implements DiskSource {
  readonly #places: MacPlaces;
  readonly #known = new Map<string, { signature: string; record: DiskRecord }>();
  #rootDisks: readonly string[] | null = null;
  #watchers = 0;

  constructor(places: MacPlaces) {
    this.#places = places;
  }

  /** Throws TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
  async list(signal?: AbortSignal): Promise<readonly Disk[]> {
    const listed = readList(await askList(this.#places.tools, signal));
    this.#dropAllBut(new Set(listed.map(({ id }) => id)));
    const rootDisks = await this.#findRootDisks(signal);
    const answers = await Promise.all(listed.map((disk) => this.#info(disk, signal)));
    const present = listed.filter((_, index) => answers[index] !== 'left');
    const records = new Map<string, DiskRecord>();
    for (const [index, { id }] of listed.entries()) {
      const answer = answers[index];
      if (answer && answer !== 'left') records.set(id, answer);
    }
    return assembleDisks({ listed: present, records, rootDisks, devices: this.#places.devices });
  }

  /** Calls `onChange` soon after disks come or go. */
  watch(onChange: () => void, times?: WatchTimes): Closable {
    const onDiskLeft = (id: string) => void this.#known.delete(id);
    const watch = watchDisks(this.#places, { onChange, onDiskLeft }, times);
    this.#watchers += 1;
    let closed = false;
    return {
      close: () => {
        if (!closed) this.#watchers -= 1;
        closed = true;
        return watch.close();
      },
    };
  }

  #dropAllBut(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }

  /** A disk that cannot be described stays in the list without facts: one odd disk must not hide the others. */
  async #info(disk: ListedDisk, signal?: AbortSignal): Promise<DiskRecord | null | 'left'> {
    const signature = signatureOf(disk);
    const known = this.#watchers > 0 ? this.#known.get(disk.id) : undefined;
    if (known?.signature === signature) return known.record;
    try {
      const reply = await askInfo(this.#places.tools, disk.id, signal);
      if (!reply) return 'left';
      const record = readDiskRecord(disk.id, reply);
      if (record) this.#known.set(disk.id, { signature, record });
      return record;
    } catch (error) {
      if (isPiKeepError(error, 'TOOL_FAILED')) return null;
      throw error;
    }
  }

  /** Without this answer nothing can be called safe, so a failure fails the whole list. */
  async #findRootDisks(signal?: AbortSignal): Promise<readonly string[]> {
    if (this.#rootDisks) return this.#rootDisks;
    const reply = await askInfo(this.#places.tools, '/', signal);
    const disks = reply ? disksBelow(reply) : [];
    if (disks.length === 0) {
      throw new PiKeepError('TOOL_FAILED', { tool: 'diskutil', detail: 'no disk behind /' });
    }
    this.#rootDisks = disks;
    return disks;
  }
}

/** What stays the same for as long as one disk stays; mounting and renaming change nothing here. */
function signatureOf(disk: ListedDisk): string {
  const partitions = disk.partitions.map(({ typeName, bytes, uuid }) => [typeName, bytes, uuid]);
  return JSON.stringify([disk.bytes, disk.content, partitions]);
}
