/**
 * Memory of a process and all its descendants: the sum of their proportional set sizes (`Pss:` in
 * /proc/PID/smaps_rollup, see proc_pid_smaps(5)), in which a page that several share is counted once.
 */

import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_EVERY_MS = 100;

export interface MemoryWatch {
  /** Stops sampling and answers the peak, in bytes. */
  stop(): number;
}

export function watchMemory(root: number): MemoryWatch {
  let peak = 0;
  const sample = () => {
    peak = Math.max(peak, pssOfTree(root));
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Bytes now. A process that ends meanwhile counts as nothing. */
export function pssOfTree(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  let sum = 0;
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    sum += pssOf(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return sum;
}

function parentOf(pid: string): number | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; the parent is the second field after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[1] ? Number(fields[1]) : null;
}

function pssOf(pid: number): number {
  const line = readIfThere(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+) kB$/m);
  return line ? Number(line[1]) * 1024 : 0;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Gone between the listing and the look, or a kernel thread: nothing to count.
    return null;
  }
}
