/** What a row of the matrix makes of a column: how the command is started, and what happens to it. */

import type { Running } from '../../test/cli/run-pikeep.ts';
import type { Column } from './cell.ts';
import type { Stage } from './stage.ts';

export interface Scene {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  /** The fault. Rejects when it could not happen. */
  readonly during?: (running: Running) => Promise<void>;
  /** Brings back what is needed for a look at what is left. */
  readonly after?: () => Promise<void>;
  readonly limitSeconds?: number;
  /** The command itself is killed, and can say nothing. */
  readonly isKilled?: boolean;
  /** Parts of the card cannot be had: whoever calls that a success has lost something silently. */
  readonly isLossy?: boolean;
  /** The card that is there in the end is not the one that was asked for. */
  readonly isOther?: boolean;
  /** Judges instead of the usual judge of the column. */
  readonly judge?: () => Promise<{ left: string; broken: readonly string[] }>;
  /** Where things are, if not where they usually are. */
  readonly library?: string;
  readonly taken?: string;
}

export interface Row {
  readonly name: string;
  /** For the table. */
  readonly title: string;
  /** How it is made to happen, in a sentence. */
  readonly how: string;
  /** A text is the reason why there is nothing to try. */
  readonly scene: (stage: Stage, column: Column) => Promise<Scene | string> | Scene | string;
}

/** Resolves when the work is in its middle: some of it is done, and not all. */
export async function inTheMiddle(running: Running, column: Column): Promise<void> {
  await running.untilEvent(({ event, phase, bytes, total }) => {
    if (event !== 'progress') return false;
    if (column === 'restore' && phase !== 'writing') return false;
    return Number(bytes) > 0 && Number(bytes) < Number(total);
  });
}
