/** When a backup is to be read again. */

const DAY_MS = 24 * 3600_000;
/** Clocks that are set, and summer time, do not make a check come from the future. */
const SLACK_MS = DAY_MS;

/**
 * Whether the last time its content was read lies `everyDays` back (or more), or in a future that no set clock explains.
 * `last`: ISO 8601, of the last full check or of the proof when it was made, whichever is later; null: never.
 * `now`: milliseconds since 1970.
 */
export function isCheckDue(last: string | null, everyDays: number, now: number): boolean {
  const at = last === null ? Number.NaN : Date.parse(last);
  if (Number.isNaN(at) || at > now + SLACK_MS) return true;
  return now - at >= everyDays * DAY_MS;
}
