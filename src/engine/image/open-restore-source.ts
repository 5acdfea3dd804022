/** Opens an image of any origin for a restore, and proves it before a card is touched. */

import { type FormOptions, openForm } from './open-form.ts';
import { openSeekable } from './restore-seekable.ts';
import type { RestoreSource } from './restore-source.ts';
import { openStream } from './restore-stream.ts';
import type { Unpacker } from './unpacker.ts';

export interface RestoreSourceOptions extends FormOptions {
  readonly unpacker: Unpacker;
  /** Bytes of the largest card that it may go to: a stream that cannot fit on it is not unpacked to its end. */
  readonly limitBytes: number;
  /** How much there is to check; called once. Bytes of the card, or of a packed file. */
  readonly onTotal?: (bytes: number) => void;
  /** How much of it was checked since the last call. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Reads all that a restore could write and compares every hash and checksum there is. The format is told by the first bytes.
 * With a manifest or a block map only what that names is read and will be written; without, all of the image, holes as zeros.
 *
 * Throws NO_SUCH_IMAGE, ACCESS_DENIED, READ_FAILED; NOT_AN_IMAGE when it is something else; IMAGE_DAMAGED when it is cut
 * off, empty, not of whole sectors, not what its checksums say, or not the one that its manifest or block map describes;
 * MANIFEST_INVALID for a block map that cannot be understood; UNSUPPORTED when it wants too much memory or is encrypted;
 * INTERRUPTED.
 */
export async function openRestoreSource(options: RestoreSourceOptions): Promise<RestoreSource> {
  const { manifest, unpacker, limitBytes, onProgress, signal } = options;
  const onTotal = options.onTotal ?? ((): void => undefined);
  const progress = { onTotal, onProgress, signal };
  const opened = await openForm(options);
  if (opened.kind === 'stream') {
    return openStream({ ...opened, unpacker, limitBytes, ...progress });
  }
  return openSeekable({ ...opened, manifest, ...progress });
}
