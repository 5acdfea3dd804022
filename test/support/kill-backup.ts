/** Kills a backup, command and worker together, at chosen moments; looks at what is left, and lets the next run finish. */

import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../scripts/fuzz/random.ts';
import { clearLeftover, findLeftovers } from '../../src/library/leftovers.ts';
import { type Running, startPikeep } from '../cli/run-pikeep.ts';
import { makeSmallCard } from '../cli/small-card.ts';
import { eventually } from './eventually.ts';
import { filesBelow, type JudgedLibrary, judgeLibrary } from './judged-library.ts';
import { attachLoop, type LoopDevice } from './loop.ts';

const MIB = 1024 * 1024;
/** Three batches of 64 MiB, so that there is something to continue. */
const CARD_BYTES = 208 * MIB;
const NOISE_AT = 40 * MIB;

const formats = ['img', 'img.gz', 'img.zst'] as const;
/** The moment: somewhere between start and end, or so long after a phase has begun. */
const phases = ['copying', 'proving', 'filing'] as const;

export interface KillCounts {
  kills: number;
  /** It had ended before it was to be killed. */
  tooLate: number;
  /** What was there after the kill. */
  nothing: number;
  partial: number;
  continuable: number;
  final: number;
  /** The last phase that was heard of. */
  phases: Record<string, number>;
  /** Next runs that went on where the killed one was, and those that began anew. */
  continued: number;
  begunAnew: number;
}

export class BackupKiller {
  readonly #folder: string;
  readonly #library: string;
  /** What is free on it is zero, so that an image of it is the same everywhere. */
  readonly #card: string;
  readonly #loop: LoopDevice;
  readonly #random: Random;
  readonly #wholeMs = new Map<string, number>();

  /** `folder` is empty and the caller's to remove; the library is made in `libraries`. */
  static async prepare(folder: string, libraries: string, seed: number): Promise<BackupKiller> {
    const slot = join(folder, 'slot');
    mkdirSync(slot);
    const card = join(slot, 'octopi.img');
    await makeSmallCard(card, { bytes: CARD_BYTES });
    const fd = openSync(card, 'r+');
    const noise = Buffer.alloc(CARD_BYTES - NOISE_AT);
    // A quarter is noise; the rest packs well, so that no format takes longer than the others.
    randomFillSync(noise, 0, noise.length / 4);
    writeSync(fd, noise, 0, undefined, NOISE_AT);
    closeSync(fd);
    const loop = await attachLoop(card, { readOnly: true });
    const killer = new BackupKiller(folder, libraries, loop, seed);
    try {
      await killer.#undisturbed();
      return killer;
    } catch (error) {
      await loop.detach();
      throw error;
    }
  }

  private constructor(folder: string, libraries: string, loop: LoopDevice, seed: number) {
    this.#folder = folder;
    this.#library = join(libraries, 'library');
    this.#card = join(folder, 'slot', 'octopi.img');
    this.#loop = loop;
    this.#random = new Random(seed);
  }

  /**
   * One kill after the other; every second backup is of the block device, the others are of the slot. With "continue" the killed
   * run is one that continues another killed one, and so is the next, as far as there is something to continue. One that had
   * ended before its moment is looked at all the same, and another is killed instead: as many as that at most.
   */
  async kill(times: number, how: 'fresh' | 'continue'): Promise<KillCounts> {
    const counts: KillCounts = {
      ...{ kills: 0, tooLate: 0, nothing: 0, partial: 0, continuable: 0, final: 0 },
      ...{ phases: {}, continued: 0, begunAnew: 0 },
    };
    for (let number = 0; counts.kills < times; number++) {
      if (counts.tooLate > times) throw new Error(`most had ended: ${JSON.stringify(counts)}`);
      await this.#once(number, how, counts);
      // It takes so long that somebody may want to see how far it is.
      if (number % 20 === 19) process.stdout.write(`${how}: ${JSON.stringify(counts)}\n`);
    }
    return counts;
  }

  async close(): Promise<void> {
    await this.#loop.detach();
  }

  async #once(number: number, how: 'fresh' | 'continue', counts: KillCounts): Promise<void> {
    rmSync(this.#library, { recursive: true, force: true });
    mkdirSync(this.#library);
    const format = formats[number % formats.length] ?? 'img';
    const card = this.#cardArguments(number);
    if (how === 'continue') await this.#leaveUnfinished([...card, '--format', format]);
    const again = how === 'continue' ? ['--continue'] : [];
    const moment = this.#moment(number, format);
    const seen = await this.#runAndKill([...card, '--format', format, ...again], moment);
    if (seen.killed) counts.kills++;
    else counts.tooLate++;
    counts.phases[seen.phase] = (counts.phases[seen.phase] ?? 0) + 1;
    const what = `kill ${number} (${format}, ${JSON.stringify(moment)}, ${seen.phase})`;
    const left = await this.#judge(what);
    if (left.images.length > 0) counts.final++;
    if (left.partials.length > 0) counts.partial++;
    if (left.continuable.length > 0) counts.continuable++;
    if (left.images.length + left.partials.length === 0) counts.nothing++;
    const goesOn = how === 'continue' && left.continuable.length > 0;
    if (goesOn) counts.continued++;
    else counts.begunAnew++;
    await this.#finish(what, [...card, '--format', format, ...(goesOn ? ['--continue'] : [])]);
  }

  /** One that can be continued. It is not there when the whole backup was faster than the look at it; then once more. */
  async #leaveUnfinished(args: readonly string[]): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      await this.#runAndKill(args, { after: 'batch' });
      const { continuable } = await this.#judge('the first');
      if (continuable.length > 0) return;
      rmSync(this.#library, { recursive: true });
      mkdirSync(this.#library);
    }
    throw new Error('nothing to continue');
  }

  /** The next run finishes; what is left of the killed ones can be cleared away, and then nothing else is there. */
  async #finish(what: string, args: readonly string[]): Promise<void> {
    const { code, stderr, last } = await this.#start(args).ended;
    if (code !== 0) throw new Error(`${what}: the next run ended with ${code}: ${stderr}${last}`);
    for (const { file } of await findLeftovers(this.#library)) {
      await clearLeftover(this.#library, file);
    }
    const { images, partials } = await this.#judge(`${what}, next run`);
    if (images.length === 0 || partials.length > 0) {
      throw new Error(`${what}: ${filesBelow(this.#library).join(', ')} after the next run`);
    }
  }

  async #judge(what: string): Promise<JudgedLibrary> {
    const judged = await judgeLibrary(this.#library, this.#card, this.#folder);
    if (judged.broken.length > 0) throw new Error(`${what}: ${judged.broken.join('; ')}`);
    return judged;
  }

  #moment(number: number, format: string): { ms: number } | { after: string; ms: number } {
    const wholeMs = this.#wholeMs.get(format) ?? 0;
    // Half of them anywhere; the others where little time is spent and most can go wrong.
    if (number % 2 === 0) return { ms: this.#random.below(wholeMs) };
    const after = this.#random.pick(phases);
    return { after, ms: this.#random.below(after === 'filing' ? 60 : 400) };
  }

  async #runAndKill(
    args: readonly string[],
    moment: { ms: number } | { after: string; ms?: number },
  ): Promise<{ killed: boolean; phase: string }> {
    const running = this.#start(args);
    let phase = 'starting';
    const follow = running.untilEvent((event) => {
      if (event.event === 'progress') phase = String(event['phase']);
      return false;
    });
    // It never comes, so it rejects when the process has ended.
    void follow.catch(() => undefined);
    if ('after' in moment) {
      const isDue = (): boolean => hasBatch(this.#library) || running.child.exitCode !== null;
      if (moment.after === 'batch') await eventually('a batch', isDue, 120_000);
      else await heard(running, moment.after);
    }
    await delay(moment.ms ?? 0);
    const killed = killGroup(running);
    await running.ended;
    await this.#untilNobodyWorks();
    return { killed, phase };
  }

  /** The system takes a moment to end a process that is in the middle of reading; until then it is at work. */
  async #untilNobodyWorks(): Promise<void> {
    await eventually('the worker is dead', async () => {
      const partials = filesBelow(this.#library).filter((path) => path.endsWith('.partial'));
      return (await findLeftovers(this.#library)).length >= partials.length;
    });
  }

  #start(args: readonly string[]): Running {
    const all = ['backup', ...args, '--json', '--library', this.#library];
    return startPikeep(all, { group: true });
  }

  #cardArguments(number: number): string[] {
    return number % 2 === 0
      ? [this.#loop.path, '--allow-disk-image']
      : ['octopi', '--slot', join(this.#folder, 'slot')];
  }

  /** How long a whole backup takes. */
  async #undisturbed(): Promise<void> {
    for (const format of formats) {
      mkdirSync(this.#library);
      const begun = performance.now();
      const { code, last } = await this.#start([...this.#cardArguments(0), '--format', format])
        .ended;
      this.#wholeMs.set(format, performance.now() - begun);
      if (code !== 0) throw new Error(`an undisturbed backup ended with ${code}`);
      const { images } = await this.#judge(`an undisturbed ${format}`);
      if (images[0] !== basename(String(last['image']))) throw new Error('no image');
      rmSync(this.#library, { recursive: true });
    }
  }
}

/** Resolves when the run has come to this phase, or to its end. */
async function heard(running: Running, phase: string): Promise<void> {
  const isThere = running.untilEvent((event) => event['phase'] === phase).catch(() => undefined);
  await Promise.race([isThere, running.ended]);
}

/** A checkpoint is a line of what it is about, and one for each batch that is proven. */
function hasBatch(library: string): boolean {
  const checkpoints = filesBelow(library).filter((path) => path.endsWith('.checkpoint'));
  return checkpoints.some((path) => readFileSync(path, 'utf8').split('\n').length > 2);
}

/** False when it had ended already. */
function killGroup(running: Running): boolean {
  if (running.child.exitCode !== null || running.child.signalCode !== null) return false;
  process.kill(-running.pid, 'SIGKILL');
  return true;
}
