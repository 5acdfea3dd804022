/** One case from beginning to end. */

import { type AnyCase, applyChanges, type Case } from './change.ts';
import { chosenName } from './choose.ts';
import { INPUT, inputOf, judgeInput } from './inputs/index.ts';
import { judge, requireSame, type Verdict } from './judge.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { loadSeed, type Seed } from './seed.ts';

interface Known {
  readonly seed: Seed;
  readonly sound: Verdict;
}

/** Ranges nearer to a partition's edge may be joined with what lies beyond. */
const EDGE_BYTES = 64 * 1024 + 4096;
const MINIMISING_MS = 3000;
/** Of the processor, for an input of at most 256 KiB. */
const MAX_INPUT_SECONDS = 1;

export class CaseRunner {
  readonly #folder: string;
  readonly #known = new Map<string, Known>();

  /** `folder`: for the files of those parsers that read some. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The case of this number. `names` are the seeds and parsers to choose from. */
  async caseOf(number: number, names: readonly string[]): Promise<AnyCase> {
    const name = chosenName(number, names);
    if (name.startsWith(INPUT)) return inputOf(name, number);
    const { seed, sound } = await this.#load(name);
    return mutate(seed, sound, new Random(number));
  }

  /** Null when all is well, else what is wrong. */
  async run(tried: AnyCase): Promise<string | null> {
    if ('seed' in tried) return this.#runSeed(tried);
    const before = process.threadCpuUsage().user;
    try {
      await judgeInput(tried.input, Buffer.from(tried.base64, 'base64'), this.#folder);
      const seconds = (process.threadCpuUsage().user - before) / 1e6;
      return seconds < MAX_INPUT_SECONDS ? null : `it takes ${seconds} s of the processor`;
    } catch (error) {
      return wordsOf(error);
    }
  }

  async #runSeed(tried: Case): Promise<string | null> {
    const { seed, sound } = await this.#load(tried.seed);
    const undo = applyChanges(seed.content, tried.changes);
    try {
      const verdict = await judge(seed.kind, seed.content.subarray(0, tried.cut ?? undefined));
      if (tried.reach !== 'anywhere')
        requireSame(sound, verdict, untouched(seed, sound, tried.reach));
      return null;
    } catch (error) {
      return wordsOf(error);
    } finally {
      undo();
    }
  }

  /** Leaves out what changes nothing about the finding. */
  async minimise(found: AnyCase): Promise<AnyCase> {
    if (!('seed' in found)) return found;
    const end = performance.now() + MINIMISING_MS;
    let { changes } = found;
    for (let index = changes.length - 1; index >= 0 && performance.now() < end; index--) {
      const fewer = changes.toSpliced(index, 1);
      if ((await this.run({ ...found, changes: fewer })) !== null) changes = fewer;
    }
    return { ...found, changes };
  }

  async #load(name: string): Promise<Known> {
    const known = this.#known.get(name);
    if (known) return known;
    const seed = loadSeed(name);
    const loaded = { seed, sound: await judge(seed.kind, seed.content) };
    this.#known.set(name, loaded);
    return loaded;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Where the map must stay as it was. */
function untouched({ content }: Seed, sound: Verdict, reach: number | 'unused') {
  if (reach === 'unused') return [{ offset: 0, bytes: content.length }];
  return sound.partitions
    .filter((_, index) => index !== reach)
    .map(({ offset, bytes }) => ({
      offset: offset + EDGE_BYTES,
      bytes: Math.max(0, bytes - 2 * EDGE_BYTES),
    }));
}
