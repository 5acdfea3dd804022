/** Which language the user of a terminal reads, for the panel that is opened from it. */

import { tagOfPosixLocale } from '../language/languages.ts';

/** As the sources are written: what a terminal that wants no language gets. */
const PLAIN = 'en-GB';

/**
 * The first of LC_ALL, LC_MESSAGES and LANG that is set decides, as for every program (POSIX.1-2024, 8.2); where none is, the
 * language of the system as JavaScript knows it. Tags of BCP 47, most wanted first.
 */
export function terminalLanguages(environment: NodeJS.ProcessEnv): readonly string[] {
  const set = ['LC_ALL', 'LC_MESSAGES', 'LANG']
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
  if (set !== undefined) return [tagOfPosixLocale(set) ?? PLAIN];
  return [new Intl.DateTimeFormat().resolvedOptions().locale];
}
