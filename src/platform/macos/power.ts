/** Where the power comes from, as "pmset -g batt" says in its first line: Now drawing from 'AC Power' (man pmset). */

import { isPiKeepError } from '../../engine/errors.ts';
import type { PowerSource } from '../ports.ts';
import { run } from '../run.ts';
import type { MacPlaces } from './tools.ts';

const TIMEOUT_MS = 10_000;

/** "unknown" where the program is not there or says something else. An emergency supply is a battery, too. */
export async function macPowerSource({ tools }: Pick<MacPlaces, 'tools'>): Promise<PowerSource> {
  try {
    const { stdout } = await run(tools.pmset, ['-g', 'batt'], { timeoutMs: TIMEOUT_MS });
    const [, source] = /^Now drawing from '(AC|Battery|UPS) Power'/m.exec(stdout) ?? [];
    if (source === undefined) return 'unknown';
    return source === 'AC' ? 'mains' : 'battery';
  } catch (error) {
    if (isPiKeepError(error, 'TOOL_MISSING', 'TOOL_FAILED')) return 'unknown';
    throw error;
  }
}
