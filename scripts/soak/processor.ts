/** What /proc says of a process: its children, and processor time with that of children that have ended (proc_pid_stat(5)). */

import { readdirSync, readFileSync } from 'node:fs';

/** Of the clock that `stat` counts in; it is 100 Hz on every Linux (`getconf CLK_TCK`). */
const TICKS = 100;
/** utime, stime, cutime and cstime, counted from the field after the name. */
const FIRST_TIME = 11;

export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(FIRST_TIME, FIRST_TIME + 4).map(Number);
  return times.reduce((sum, ticks) => sum + ticks, 0) / TICKS;
}

export function childrenOf(pid: number | 'self'): number {
  return childPids(pid).length;
}

/** Children and theirs, as far as they are still there. */
export function processesBelow(pid: number): number[] {
  return childPids(pid).flatMap((child) => [child, ...processesBelow(child)]);
}

function childPids(pid: number | 'self'): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child !== '')
    .map(Number);
}
