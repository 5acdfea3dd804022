/**
 * Loaded into the desk's process beside PiKeep: measures that process from the inside whenever its parent asks. It adds one
 * listener on the channel to the parent and nothing else. `--expose-gc` is needed.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { childrenOf } from './processor.ts';

export interface Measure {
  /** Bytes. */
  readonly rss: number;
  /** Bytes that no file stands behind: what the process itself holds. What the system keeps of programs comes and goes. */
  readonly anonymous: number;
  /** Bytes of objects, of what they hold outside the heap, and of buffers; without `compiled`. */
  readonly heap: number;
  /**
   * Bytes of machine code and what belongs to it. V8 goes on compiling for hours, each function when it was called often
   * enough: two heap snapshots 200 cards apart had fewer objects, strings and closures in the second, and code for a hundred
   * functions more, none of them twice. It ends with the functions.
   */
  readonly compiled: number;
  readonly descriptors: number;
  /** What the descriptors are: "socket", "pipe", "file", … and how many of each. */
  readonly descriptorKinds: Readonly<Record<string, number>>;
  readonly children: number;
  /** What keeps the process running, as Node counts it: timers, sockets, watchers. */
  readonly resources: Readonly<Record<string, number>>;
}

// Only for the desk itself: a worker inherits its environment, not its arguments.
const collect: unknown = Reflect.get(globalThis, 'gc');
if (process.send && typeof collect === 'function') {
  process.on('message', () => void measure(() => Reflect.apply(collect, undefined, [])));
  // Listening must not keep the process from ending.
  process.channel?.unref();
}

async function measure(collectGarbage: () => void): Promise<void> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await setImmediate();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const code = compiled();
  const answer: Measure = {
    rss,
    anonymous: anonymous(),
    heap: heapUsed + external - code,
    compiled: code,
    ...descriptors(),
    children: childrenOf('self'),
    resources: counted(process.getActiveResourcesInfo()),
  };
  process.send?.(answer);
}

/** V8's own spaces for code, and for the tables that only it may change. */
function compiled(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => /^(code|trusted|shared_trusted)_/.test(space_name))
    .reduce((bytes, { space_used_size }) => bytes + space_used_size, 0);
}

function anonymous(): number {
  const line = /^Pss_Anon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'));
  return Number(line?.[1]) * 1024;
}

function descriptors(): Pick<Measure, 'descriptors' | 'descriptorKinds'> {
  const kinds = readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [kindOf(readlinkSync(`/proc/self/fd/${name}`))];
    } catch {
      // The descriptor that read the folder.
      return [];
    }
  });
  return { descriptors: kinds.length, descriptorKinds: counted(kinds) };
}

function kindOf(target: string): string {
  const [, special] = /^(?:anon_inode:\[?)?([a-z-]+)/.exec(target) ?? [];
  return special ?? 'file';
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
