/** What a file system proves about its partition: which bytes are in use, or why nobody can tell. */

import type { Range } from './chunks.ts';

export type FileSystemMap =
  | {
      readonly strategy: 'used';
      /** Bytes of the partition the file system spans; what lies behind it is not the file system's to judge. */
      readonly bytes: number;
      /** Sorted, disjoint, in bytes from the start of the partition. All the rest of `bytes` is proven free. */
      readonly used: readonly Range[];
      readonly usedBytes: number;
      /** In words: everything odd that was met, none of it a reason to copy more. */
      readonly notes: readonly string[];
      /** The state of the journal; null where the file system has none. */
      readonly journal: string | null;
    }
  | {
      readonly strategy: 'whole';
      /** Completes "copied whole, because …". */
      readonly reason: string;
    };
