/** Which record of `pis.json` is a Pi's: it follows the identity of the card, whatever its name and its files are. */

import type { Pi } from './pi-groups.ts';
import { tableOf } from './pi-identity.ts';
import type { PiRecord } from './pi-preferences.ts';

/**
 * The record with this key, or of this partition table; else one of the same file systems whose own table is on no card in
 * the library any more (its table got a new id) and that no other Pi has a claim to. Null when there is none.
 */
export function recordOfPi(
  pi: Pi,
  records: readonly PiRecord[],
  pis: readonly Pi[],
): PiRecord | null {
  const own = ownRecord(pi, records);
  if (own) return own;
  const orphans = records.filter((record) =>
    pis.every((other) => ownRecord(other, [record]) === null),
  );
  const [heir, ...others] = orphans.filter((record) => continues(pi, record));
  if (!heir || others.length > 0) return null;
  return pis.some((other) => other !== pi && continues(other, heir)) ? null : heir;
}

function ownRecord(pi: Pi, records: readonly PiRecord[]): PiRecord | null {
  const table = tableOf(pi.ids);
  return (
    records.find(({ key }) => key === pi.key) ??
    records.find(({ ids }) => table !== null && ids.includes(table)) ??
    null
  );
}

/** The file systems are the record's, and the name is, if both have one: then only the table changed, or nobody saw it. */
function continues(pi: Pi, { ids, hostname }: PiRecord): boolean {
  const systems = pi.ids.filter((id) => id.startsWith('fs '));
  const isSameName = hostname === null || pi.hostname === null || hostname === pi.hostname;
  return isSameName && systems.some((id) => ids.includes(id));
}
