/** A whole desk over a slot: real platform, real worker processes, real files. Only the desktop writes down what it is asked. */

import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import type { DiskView, JobState, Reply, Snapshot } from '../../src/contract/panel.ts';
import { createDesk, type Desk, type DeskEvent, type DeskOptions } from '../../src/desk/desk.ts';
import { createPlatform } from '../../src/platform/index.ts';
import type { Desktop, Platform } from '../../src/platform/ports.ts';
import { openSettings } from '../../src/platform/settings.ts';
import { runTask, type WorkerProcess } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { enlargeCard } from '../support/large-card.ts';
import { patience } from '../support/patience.ts';

export const GIB = 1024 ** 3;

export class SlotRig {
  readonly folder: string;
  readonly slot: string;
  readonly library: string;
  readonly desk: Desk;
  readonly snapshots: { readonly at: number; readonly snapshot: Snapshot }[] = [];
  readonly events: DeskEvent[] = [];
  readonly workers: WorkerProcess[];
  readonly desktop: RecordingDesktop;

  /** `cards` are in the slot before the desk looks for the first time. */
  static start(...cards: readonly string[]): Promise<SlotRig> {
    return SlotRig.startWith({}, ...cards);
  }

  /** `parts` take the place of the platform's own. */
  static async startWith(
    { parts = {}, ...change }: Partial<DeskOptions> & { readonly parts?: Partial<Platform> },
    ...cards: readonly string[]
  ): Promise<SlotRig> {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-desk-'));
    const slot = join(folder, 'slot');
    await mkdir(slot);
    await mkdir(join(folder, 'home'));
    for (const card of cards) await putCard(folder, slot, card);
    const desktop = new RecordingDesktop();
    const workers: WorkerProcess[] = [];
    const settings = await openSettings({
      file: join(folder, 'settings.json'),
      home: join(folder, 'home'),
    });
    const desk = createDesk({
      platform: { ...(await createPlatform({ slot })), desktop, ...parts },
      runTask,
      startWorker: () => {
        const worker = startNodeWorker();
        workers.push(worker);
        return worker;
      },
      authorizer: null,
      settings,
      where: 'browser',
      version: '0.1.0',
      home: join(folder, 'home'),
      slot,
      recordsFolder: join(folder, 'records'),
      cacheFolder: join(folder, 'cache'),
      chooseFolder: async () => {
        const downloads = join(folder, 'home', 'Downloads');
        await mkdir(downloads, { recursive: true });
        return downloads;
      },
      ...change,
    });
    const rig = new SlotRig(folder, desk, desktop, workers);
    await desk.rescan();
    return rig;
  }

  private constructor(
    folder: string,
    desk: Desk,
    desktop: RecordingDesktop,
    workers: WorkerProcess[],
  ) {
    this.folder = folder;
    this.slot = join(folder, 'slot');
    this.library = join(folder, 'home', 'PiKeep');
    this.desk = desk;
    this.desktop = desktop;
    this.workers = workers;
    desk.onSnapshot((snapshot) => this.snapshots.push({ at: performance.now(), snapshot }));
    desk.onEvent((event) => this.events.push(event));
  }

  /** Ends everything and removes every trace; a worker still there is killed. */
  async end(): Promise<void> {
    await this.desk.close();
    for (const worker of this.workers) worker.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Puts a card in, in one move. `bytes` makes it larger: what is past the sample reads as zeros. */
  async insert(name: string, bytes?: number): Promise<DiskView> {
    await putCard(this.folder, this.slot, name, bytes);
    return this.card(name);
  }

  /**
   * Takes a card out even while it is being read. A file that is only moved away can still be read by whoever has it
   * open, unlike a card; so it loses its content too.
   */
  async pull(name: string): Promise<void> {
    const card = await open(join(this.slot, name), 'r+');
    try {
      await rm(join(this.slot, name));
      await card.truncate(0);
    } finally {
      await card.close();
    }
  }

  /** Waits until the desk offers this card. */
  card(name: string): Promise<DiskView> {
    return vi.waitFor(() => {
      const found = this.desk.snapshot.disks.find(({ disk }) => disk === name);
      if (!found) throw new Error(`${name} is not offered`);
      return found;
    }, patience);
  }

  backUp({ disk, card }: DiskView): Promise<Reply> {
    return this.desk.command({ command: 'backup', disk, card });
  }

  /** Waits until the newest job is in this state, and resolves with it. */
  job<I extends JobState['is']>(
    is: I,
  ): Promise<{ job: string; state: Extract<JobState, { is: I }> }> {
    return vi.waitFor(() => {
      const job = this.desk.snapshot.jobs.at(-1);
      if (!job || !isIn(job.state, is)) throw new Error(`the job is ${JSON.stringify(job?.state)}`);
      return { job: job.job, state: job.state };
    }, patience);
  }

  until(what: (snapshot: Snapshot) => boolean): Promise<void> {
    return vi.waitFor(() => {
      if (!what(this.desk.snapshot)) throw new Error(JSON.stringify(this.desk.snapshot));
    }, patience);
  }

  /** Waits until something of the running backup is proven and written down. */
  async untilProven(): Promise<void> {
    await vi.waitFor(async () => {
      const files = await readdir(this.library, { recursive: true });
      const name = files.find((one) => one.endsWith('.checkpoint'));
      const lines = name ? (await readFile(join(this.library, name), 'utf8')).split('\n') : [];
      // A header, a batch, and nothing behind the last end of a line.
      expect(lines.length).toBeGreaterThan(2);
    }, patience);
  }

  /** Files in the library, below its folders. */
  async kept(): Promise<string[]> {
    const all = await readdir(this.library, { recursive: true, withFileTypes: true });
    return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }
}

function isIn<I extends JobState['is']>(
  state: JobState,
  is: I,
): state is Extract<JobState, { is: I }> {
  return state.is === is;
}

/** Written elsewhere and moved in, so that the slot never sees half a card. */
async function putCard(folder: string, slot: string, name: string, bytes?: number): Promise<void> {
  const outside = join(folder, `new-${name}`);
  await writeSampleCard(outside);
  if (bytes !== undefined) await enlargeCard(outside, bytes);
  await rename(outside, join(slot, name));
}

export class RecordingDesktop implements Desktop {
  readonly revealed: string[] = [];
  readonly opened: string[] = [];
  /** How many times the computer was kept awake so far, and how many of them go on. */
  readonly awake = { asked: 0, now: 0 };

  keepAwake(): { release(): void } {
    this.awake.asked += 1;
    this.awake.now += 1;
    let released = false;
    return {
      release: () => {
        if (!released) this.awake.now -= 1;
        released = true;
      },
    };
  }

  async reveal(path: string): Promise<void> {
    this.revealed.push(path);
  }

  async openExternal(target: string): Promise<void> {
    this.opened.push(target);
  }
}
