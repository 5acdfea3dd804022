/**
 * The Trash of macOS, asked for by the system's own call: -[NSFileManager trashItemAtURL:resultingItemURL:error:], through
 * JavaScript for Automation, whose ObjC bridge sends no Apple event. Telling Finder to do it would raise the privacy prompt for
 * automation, and /usr/bin/trash came with macOS 15 only. Volumes without a Trash (most servers) are refused by the call.
 */

import { lstat } from 'node:fs/promises';
import { errnoOf, isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import type { Trash } from '../ports.ts';
import { run } from '../run.ts';
import type { MacPlaces } from './tools.ts';

/** The path comes as an argument, never as a part of the program. */
const PROGRAM = `function run(argv) {
  ObjC.import('Foundation');
  const error = Ref();
  const url = $.NSURL.fileURLWithPath(argv[0]);
  const done = $.NSFileManager.defaultManager.trashItemAtURLResultingItemURLError(url, null, error);
  if (!done) throw new Error(ObjC.unwrap(error[0].localizedDescription));
}`;

export function createMacTrash({ tools }: Pick<MacPlaces, 'tools'>): Trash {
  return {
    async move(file) {
      const refused = (detail: string, cause?: unknown): PiKeepError =>
        new PiKeepError('TRASH_UNAVAILABLE', { path: file, detail }, { cause });
      if (!file.startsWith('/')) throw refused('its path is not absolute');
      try {
        const { status, stderr } = await run(tools.osascript, [
          ...['-l', 'JavaScript', '-e', PROGRAM],
          file,
        ]);
        if (status !== 0) throw refused(stderr.trim() || `osascript ended with status ${status}`);
      } catch (error) {
        if (!isPiKeepError(error, 'TOOL_MISSING', 'TOOL_FAILED')) throw error;
        throw refused('the system’s program for it did not answer', error);
      }
      // What it says is believed only when the file is gone.
      if (await isThere(file)) throw refused('the system said that it did, but the file is there');
    },
  };
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
