/** What happens to the desk of a soak: cards come, are backed up by themselves, and go; pages look at the library. */

import { linkSync, rmSync } from 'node:fs';
import { chmod, open, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobView, ListedBackup } from '../../src/contract/panel.ts';
import type { SoakCard } from './cards.ts';
import type { DeskProcess } from './desk-process.ts';
import type { SoakFolders } from './folders.ts';

const DAYS_MS = 24 * 3600_000;
/** Seconds; a small card takes two, on a machine that does nothing else. */
const PATIENCE = 180;
/** Bytes compared at a time. */
const CHUNK = 1024 * 1024;

interface Known {
  readonly card: SoakCard;
  /** As the panel names its Pi. */
  readonly pi: string;
  /** The one that stays. */
  readonly first: string;
}

export class Life {
  readonly #desk: DeskProcess;
  readonly #folders: SoakFolders;
  #known: readonly Known[] = [];

  constructor(desk: DeskProcess, folders: SoakFolders) {
    this.#desk = desk;
    this.#folders = folders;
  }

  /** The first backup of each card is asked for, put back by three days, and the next ones come by themselves. */
  async begin(cards: readonly SoakCard[]): Promise<void> {
    const known: Known[] = [];
    for (const card of cards) {
      this.#insert(card);
      const disk = await this.#desk.until('an offer', PATIENCE, ({ disks }) => disks[0] ?? null);
      await this.#desk.command({ command: 'backup', disk: disk.disk, card: disk.card });
      const { image } = await this.#done(card);
      await compare(card, image);
      await this.#desk.command({ command: 'eject', disk: disk.disk, card: disk.card });
      await this.#out();
      await makeOlder(image);
      await this.#desk.command({ command: 'library-look' });
      const pi = await this.#piOf(card);
      await this.#desk.command({ command: 'pi-set', pi, change: { handsFree: true } });
      const { backups } = await this.#desk.ask({ ask: 'pi', pi, offset: 0, limit: 1 });
      known.push({ card, pi, first: backups[0]?.backup ?? '' });
    }
    this.#known = known;
  }

  /** One card in, backed up, out; its backup is looked at and forgotten. Throws what went wrong. */
  async cycle(number: number): Promise<void> {
    const known = this.#known[number % this.#known.length];
    if (!known) throw new Error('no cards');
    this.#insert(known.card);
    const { image } = await this.#done(known.card);
    await this.#out();
    await compare(known.card, image);
    await this.#desk.glance();
    const made = await this.#newBackup(known, image);
    const everyFew = Math.floor(number / this.#known.length);
    if (everyFew % 2 === 0) await this.#lookInto(made.backup);
    if (everyFew % 3 === 0) await this.#compareWith(known.first, made.backup);
    if (everyFew % 5 === 0) await this.#check(made.backup);
    await this.#forget(known, made.backup);
  }

  #insert({ name, path }: SoakCard): void {
    linkSync(path, join(this.#folders.slot, name));
  }

  async #done(card: SoakCard): Promise<Extract<JobView['state'], { is: 'done' }>> {
    return this.#desk.until(`a backup of ${card.name}`, PATIENCE, ({ jobs }) => {
      const job = jobs.find(({ disk }) => disk === card.name);
      if (!job || job.state.is === 'working') return null;
      const { state } = job;
      if (state.is === 'failed') throw new Error(`${card.name}: ${state.problem.message}`);
      if (state.is !== 'done') throw new Error(`${card.name}: ${state.is}`);
      if (state.verified === null || state.damage !== null) throw new Error('not proven');
      return state;
    });
  }

  /** Until the desk has seen that the slot is empty; ejected cards pile up there, and are taken away. */
  async #out(): Promise<void> {
    await this.#desk.until('an empty slot', PATIENCE, ({ disks }) => (disks.length ? null : true));
    rmSync(this.#folders.ejected, { recursive: true });
    const job = await this.#desk.until('the job', PATIENCE, ({ jobs }) => jobs[0] ?? null);
    await this.#desk.command({ command: 'dismiss', job: job.job });
  }

  async #piOf({ name }: SoakCard): Promise<string> {
    const title = name.replace('.img', '');
    return this.#again('a Pi', async () => {
      const page = { offset: 0, limit: 10 } as const;
      const { pis } = await this.#desk.ask({ ask: 'library', search: title, ...page });
      return pis[0]?.pi ?? null;
    });
  }

  async #newBackup({ pi, first }: Known, image: string): Promise<ListedBackup> {
    return this.#again('the backup in the library', async () => {
      const { backups } = await this.#desk.ask({ ask: 'pi', pi, offset: 0, limit: 10 });
      if (backups.length > 2) throw new Error(`${backups.length} backups of one Pi`);
      const made = backups.find((one) => one.backup !== first);
      if (made && (made.state !== 'proven' || !image.endsWith(made.name))) {
        throw new Error(`${made.name} is ${made.state}`);
      }
      return made ?? null;
    });
  }

  async #lookInto(backup: string): Promise<void> {
    const page = { search: null, offset: 0, limit: 50 };
    const { files } = await this.#desk.ask({ ask: 'files', backup, path: '2:/etc', ...page });
    if (!files.some(({ name }) => name === 'hostname')) throw new Error('no /etc/hostname');
    await this.#desk.ask({ ask: 'preview', backup, path: '2:/etc/hostname' });
  }

  async #compareWith(older: string, newer: string): Promise<void> {
    const answer = await this.#desk.ask({ ask: 'changes', older, newer, offset: 0, limit: 10 });
    if (answer.changes.length > 0) throw new Error('two backups of one card differ');
  }

  async #check(backup: string): Promise<void> {
    await this.#desk.command({ command: 'check', backup });
    const ended = await this.#desk.until('a check', PATIENCE, ({ errands }) => {
      const errand = errands.find((one) => one.backup === backup);
      return errand && errand.state.is !== 'working' && errand.state.is !== 'waiting'
        ? errand
        : null;
    });
    if (ended.state.is !== 'checked') throw new Error(`the check ${ended.state.is}`);
    if (ended.state.verdict === 'damaged') throw new Error(ended.state.sentence);
    await this.#desk.command({ command: 'errand-dismiss', errand: ended.errand });
  }

  async #forget({ pi }: Known, backup: string): Promise<void> {
    const what = { by: 'choice' as const, pi, backups: [backup] };
    const { token, goes } = await this.#desk.ask({ ask: 'forget', what });
    if (token === null || goes.length !== 1) throw new Error('nothing would be forgotten');
    await this.#desk.command({ command: 'forget', token });
    rmSync(this.#folders.trash, { recursive: true });
  }

  /** Asks again whenever the library has changed. */
  async #again<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
    let seen = -1;
    for (;;) {
      seen = await this.#desk.until(what, PATIENCE, ({ libraryRevision }) =>
        libraryRevision > seen ? libraryRevision : null,
      );
      const found = await ask();
      if (found !== null) return found;
    }
  }
}

/** A proven backup of today would keep the desk from making another one. */
async function makeOlder(image: string): Promise<void> {
  const path = `${image}.pikeep.json`;
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  for (const name of ['started', 'copied', 'finished']) {
    const time = Date.parse(manifest.times[name]) - 3 * DAYS_MS;
    manifest.times[name] = new Date(time).toISOString();
  }
  await writeFile(`${path}.new`, JSON.stringify(manifest));
  await rename(`${path}.new`, path);
  const then = new Date(Date.now() - 3 * DAYS_MS);
  await chmod(image, 0o644);
  await utimes(image, then, then);
  await chmod(image, 0o444);
}

/** Wherever the image has a byte, the card has the same one; and there is something. */
async function compare(card: SoakCard, image: string): Promise<void> {
  const [one, other] = await Promise.all([open(card.path), open(image)]);
  try {
    const { size } = await one.stat();
    if ((await other.stat()).size !== size) throw new Error('the image is not as long as the card');
    const map: { offset: number; bytes: number }[] = JSON.parse(
      await readFile(`${image}.pikeep.json`, 'utf8'),
    ).map;
    if (map.length === 0) throw new Error('nothing was copied');
    const [left, right] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
    for (const { offset, bytes } of map) {
      for (let at = offset; at < offset + bytes; at += CHUNK) {
        const length = Math.min(CHUNK, offset + bytes - at);
        await one.read(left, 0, length, at);
        await other.read(right, 0, length, at);
        if (!left.subarray(0, length).equals(right.subarray(0, length))) {
          throw new Error(`${image} differs from its card at ${at}`);
        }
      }
    }
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}
