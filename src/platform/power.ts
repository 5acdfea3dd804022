/** Whether this is a good moment for work that nobody waits for. */

import { availableParallelism, loadavg } from 'node:os';
import type { Power, PowerSource } from './ports.ts';

/** The load is that of the last minute, for each processor: 1 keeps all of them busy (getloadavg(3)). */
export async function powerOf(source: Promise<PowerSource>): Promise<Power> {
  const [minute = 0] = loadavg();
  return { source: await source, load: minute / availableParallelism() };
}
