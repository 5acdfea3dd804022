/** How a parser says that it cannot vouch for what it met, so that everything is copied (invariant 4). */

import { english } from '../language/english.ts';
import { MalformedBytes } from './bytes.ts';
import { isPiKeepError } from './errors.ts';
import type { FileSystemMap } from './file-system-map.ts';

/** The message completes "copied whole, because ...": "its journal lies on another device". */
export class NotUnderstood extends MalformedBytes {}

/**
 * Runs a parser. What it does not understand, and structures that lie on unreadable places, become "whole"; every other
 * failure (the device is gone, a bug) passes through.
 */
export async function mapOrWhole(parse: () => Promise<FileSystemMap>): Promise<FileSystemMap> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof NotUnderstood) return whole(error.message);
    if (error instanceof MalformedBytes) {
      return whole(english`its structures make no sense (${error.message})`);
    }
    if (isPiKeepError(error, 'READ_FAILED')) {
      return whole(english`its structures cannot be read at byte ${error.facts.offset}`);
    }
    throw error;
  }
}

function whole(reason: string): FileSystemMap {
  return { strategy: 'whole', reason };
}
