/** When the user was reminded of which Pi last: on this computer, so that nothing is said twice a day after a restart. */

import { join } from 'node:path';
import * as v from 'valibot';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_PIS = 2000;

/** By the key of a Pi: milliseconds since 1970. */
export type Reminded = Readonly<Record<string, number>>;

const schema = v.object({
  schema: v.literal(1),
  reminded: v.record(
    v.pipe(v.string(), v.maxLength(300)),
    v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ),
});

export interface ReminderLog {
  /** Never throws: what cannot be read is nothing. */
  read(): Promise<Reminded>;
  /** Throws SETTINGS_INVALID. */
  write(reminded: Reminded): Promise<void>;
}

export function openReminderLog(folder: string): ReminderLog {
  const file = join(folder, 'reminders.json');
  return {
    async read() {
      return (await readJsonFile(file, schema, MAX_BYTES))?.reminded ?? {};
    },
    async write(reminded) {
      const newest = Object.entries(reminded)
        .sort(([, one], [, other]) => other - one)
        .slice(0, MAX_PIS);
      await writeJsonFile(file, { schema: 1, reminded: Object.fromEntries(newest) });
    },
  };
}
