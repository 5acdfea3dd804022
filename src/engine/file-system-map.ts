/** What a file system proves about its partition: which bytes are in use. Unknown is used (invariant 4). */

import { MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import { isPiKeepError } from './errors.ts';

/**
 * `none`: the file system keeps no journal. `clean`: nothing is left in it. `replayed`: it held changes that the disk does
 * not have yet, and the map takes them in. `unknown`: not looked at, or not understood.
 */
export type JournalState = 'none' | 'clean' | 'replayed' | 'unknown';

export type FileSystemMap = UsedMap | WholeMap;

/** The file system was understood in full; what lies outside of `used` is proven free. */
export interface UsedMap {
  readonly strategy: 'used';
  /** Bytes from the start of the window: sorted, disjoint, not touching. Everything that has to be copied. */
  readonly used: Range[];
  /** Bytes that the file system itself calls used, its metadata included; at most what `used` adds up to. */
  readonly usedBytes: number;
  readonly journal: JournalState;
  /** Sentences for the manifest: what was peculiar, but no reason to copy everything. */
  readonly notes: string[];
}

/** Something is not understood, so every byte has to be copied. */
export interface WholeMap {
  readonly strategy: 'whole';
  /** Why, as a part of a sentence behind "copied whole, because ...": "the journal lies on another device". */
  readonly reason: string;
  readonly journal: JournalState;
  readonly notes: string[];
}

/** Thrown by a parser that meets something it cannot vouch for. The message completes "copied whole, because ...". */
export class NotUnderstood extends MalformedBytes {}

/** A map for "everything". */
export function wholeMap(
  reason: string,
  journal: JournalState = 'unknown',
  notes: string[] = [],
): WholeMap {
  return { strategy: 'whole', reason, journal, notes };
}

/**
 * Runs a parser. What it does not understand, and structures that lie on unreadable places, become "whole"; every other
 * failure (the device is gone, a bug) passes through.
 */
export async function mapOrWhole(parse: () => Promise<FileSystemMap>): Promise<FileSystemMap> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof NotUnderstood) return wholeMap(error.message);
    if (error instanceof MalformedBytes) {
      return wholeMap(`its structures make no sense (${error.message})`);
    }
    if (isPiKeepError(error, 'READ_FAILED')) {
      return wholeMap(`its structures cannot be read at byte ${error.facts.offset}`);
    }
    throw error;
  }
}
