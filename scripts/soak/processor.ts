/** Processor time of a process and of its children that have ended: proc_pid_stat(5). */

import { readFileSync } from 'node:fs';

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
