/** Writes the content of one file of a card into a new file. */

import type { FileHandle } from 'node:fs/promises';
import { isPiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { FilePiece } from '../engine/file-tree.ts';
import { currentLocale } from '../language/format.ts';
import { type Attributes, setAttributes } from './host-folder.ts';

export interface WriteOptions extends Attributes {
  readonly pieces: AsyncGenerator<FilePiece, void, void>;
  /** Bytes of the file that were dealt with since the last call. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Holes stay holes. What is written is on the disk when this resolves: a disk that was pulled out meanwhile takes everything,
 * and only then says that it is gone. Throws what reading throws, and the system's error for what writing does.
 */
export async function writeFile(file: FileHandle, options: WriteOptions): Promise<number> {
  let end = 0;
  for await (const { offset, bytes, data } of options.pieces) {
    throwIfInterrupted(options.signal);
    if (data) await writeAll(file, data.subarray(0, bytes), offset);
    end = offset + bytes;
    options.onProgress(bytes);
  }
  await file.truncate(end);
  const mode = options.mode ?? 0o666 & ~process.umask();
  await setAttributes(file, { mode, modified: options.modified });
  await file.sync();
  return end;
}

/** Trouble of one file, in words that complete "…, because …"; null for what concerns all of them. */
export function oneFilesTrouble(error: unknown): string | null {
  if (isPiKeepError(error, 'FILE_DAMAGED')) return error.facts.detail;
  if (isPiKeepError(error, 'READ_FAILED', 'IMAGE_DAMAGED', 'UNSUPPORTED', 'NO_SUCH_FILE')) {
    return inSentence(explain(error).message.replace(/[.。]$/, ''));
  }
  return null;
}

/** German begins its nouns with a capital wherever they stand: only English is sure to be small inside of a sentence. */
function inSentence(text: string): string {
  if (!/^en\b/.test(currentLocale())) return text;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

async function writeAll(file: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing written'), { code: 'EIO' });
    done += bytesWritten;
  }
}
