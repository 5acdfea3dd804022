/** One entry of a partition table, whatever kind of table it came from. */

import { english } from '../language/english.ts';
import type { PartitionKind } from './disk.ts';

export interface TablePartition {
  /** As Linux counts: MBR primaries 1 to 4, logical ones from 5, GPT by its slot. */
  readonly index: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly bytes: number;
  readonly kind: PartitionKind;
  /** "0x0c" or the GPT type GUID. */
  readonly typeName: string;
  /** GPT partition name. */
  readonly name: string | null;
  /** What `root=PARTUUID=` names: "<disk signature>-02", or the GPT partition GUID. */
  readonly partUuid: string | null;
}

/** Overlaps and partitions past the end of the disk, in words. The container of logical partitions may overlap them. */
export function findOddities(partitions: readonly TablePartition[], diskBytes: number): string[] {
  const problems: string[] = [];
  const real = partitions
    .filter((part) => part.kind !== 'extended')
    .toSorted((left, right) => left.offset - right.offset);
  for (const [position, part] of real.entries()) {
    if (part.offset + part.bytes > diskBytes) {
      problems.push(english`Partition ${part.index} ends after the end of the disk.`);
    }
    const next = real[position + 1];
    if (next && part.offset + part.bytes > next.offset) {
      problems.push(`Partitions ${part.index} and ${next.index} overlap.`);
    }
  }
  return problems;
}
