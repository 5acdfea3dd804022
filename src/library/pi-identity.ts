/** What tells one Pi's card from another's, as plain texts that can be stored and compared. */

import { createHash } from 'node:crypto';
import type { StrongIdentity } from '../engine/card.ts';
import type { WeakIdentity } from '../engine/disk.ts';

/** No identifier of a real card is longer; a manifest may hold anything. */
const MAX_ID_LETTERS = 200;

/** A text as an identifier that can be stored: itself, or its hash where it is longer than any real one. */
export function boundedId(id: string): string {
  if (id.length <= MAX_ID_LETTERS) return id;
  return `hash ${createHash('sha256').update(id).digest('hex')}`;
}

/** "table 5e3da3da", "fs 2 0a1b…": what a card keeps wherever it is put. Empty for one that has nothing of the kind. */
export function strongIds({ tableId, fileSystems }: StrongIdentity): readonly string[] {
  const table = known(tableId);
  return [
    ...(table === null ? [] : [`table ${boundedId(table)}`]),
    ...fileSystems.flatMap(({ index, uuid }) => {
      const id = known(uuid);
      return id === null ? [] : [`fs ${index} ${boundedId(id)}`];
    }),
  ];
}

/** The identifier of the partition table among `ids`; null where there is none. */
export function tableOf(ids: readonly string[]): string | null {
  return ids.find((id) => id.startsWith('table ')) ?? null;
}

/** One text for cards that have no identifier of their own: what the system showed of them, without the reader's name. */
export function weakId(weak: WeakIdentity | null, bytes: number): string | null {
  if (weak === null) return null;
  const uuids = [weak.diskUuid, weak.tableId, ...weak.partitions.map(({ uuid }) => uuid)]
    .map((id) => known(id))
    .filter((id) => id !== null);
  return uuids.length === 0 ? null : boundedId(`seen ${bytes} ${uuids.join(' ')}`);
}

/** Zeros are what a tool writes that has no identifier to write. */
function known(id: string | null): string | null {
  const lower = id?.trim().toLowerCase() ?? '';
  return /[1-9a-z]/.test(lower) ? lower : null;
}
