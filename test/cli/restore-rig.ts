/** A backup and cards full of old data to restore it to, for tests that run the real command line. */

import { randomFillSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { undocumented } from './documented.ts';
import { type Ended, type Options, pikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { SMALL_CARD_BYTES } from './small-card.ts';

export interface RestoreRig extends SlotRig {
  /** A proven backup of the card, whose map is all of it, so that a restored card can be compared byte by byte. */
  readonly image: string;
  /** Puts a card of random bytes into the slot; returns its path. */
  insertOld(name: string, bytes?: number): string;
  /** `pikeep restore … --json` with the options of the rig; what it prints is held against the documentation. */
  restore(args: readonly string[], options?: Options): Promise<Ended>;
  /** Takes every card out of the slot. */
  emptySlot(): void;
  /** The restored card holds what the backed-up one did. */
  isRestored(card: string): boolean;
}

export async function restoreRig(): Promise<RestoreRig> {
  const rig = await slotRig();
  // Every command that is started from here keeps its records there, and not at home.
  process.env['XDG_STATE_HOME'] = join(rig.folder, 'state');
  const original = rig.insert();
  const made = await pikeep(['backup', 'octopi', '--whole-card', '--json', ...rig.options]);
  if (made.code !== 0) throw new Error(`no backup: ${made.stdout}${made.stderr}`);
  rmSync(original);
  return {
    ...rig,
    remove() {
      delete process.env['XDG_STATE_HOME'];
      rig.remove();
    },
    image: made.last['image'] as string,
    insertOld(name, bytes = SMALL_CARD_BYTES) {
      const path = join(rig.slot, name);
      writeFileSync(path, randomFillSync(Buffer.alloc(bytes)));
      return path;
    },
    async restore(args, options = {}) {
      const ended = await pikeep(['restore', ...args, '--json', ...rig.options], options);
      const problems = undocumented(ended.events);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return ended;
    },
    emptySlot() {
      for (const name of readdirSync(rig.slot)) rmSync(join(rig.slot, name), { recursive: true });
    },
    isRestored: (card) => readFileSync(card).equals(readFileSync(rig.card)),
  };
}
