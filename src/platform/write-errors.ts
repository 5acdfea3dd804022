/** What the errno of a failed open for writing, or of a failed write, means for the person who owns the card. */

import { asPiKeepError, errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { openError } from './device-errors.ts';

/**
 * As `openError`, for an open that asked for writing. EROFS is a locked card (Linux: mmc_blk_open, sd_open); EPERM and
 * EACCES are one where the system says that the medium is write-protected. What `openError` does not know is WRITE_FAILED.
 */
export function openForWritingError(
  error: unknown,
  path: string,
  isProtected: boolean,
): PiKeepError {
  const errno = errnoOf(error);
  const refused = errno === 'EPERM' || errno === 'EACCES';
  if (errno === 'EROFS' || (refused && isProtected)) {
    return new PiKeepError('WRITE_PROTECTED', { path }, { cause: error });
  }
  const known = openError(error, path);
  if (!isPiKeepError(known, 'READ_FAILED')) return known;
  return new PiKeepError('WRITE_FAILED', known.facts, { cause: error });
}

/** A write or a flush that did not work: which range, and what to ask where the errno leaves the story open. */
export interface FailedWrite {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Asked for EIO, which is all that most pulled cards say, and for ENOSPC, with which Linux writes past the end of an empty reader. */
  readonly isGone: () => Promise<boolean>;
  /** Asked for EPERM and EACCES: Linux answers writes to a read-only device with EPERM (block/fops.c). */
  readonly isProtected: () => Promise<boolean>;
}

/**
 * The code of a failed write or flush, of the three that a `WritableDevice` may throw: DEVICE_GONE, WRITE_PROTECTED, and
 * WRITE_FAILED with the errno for the rest. EPERM and EACCES are no privacy or password matter here, since the right to
 * write was had when the device was opened: a descriptor of authopen's that stops working in mid-stream, on macOS 26.
 */
export async function writeError(error: unknown, failed: FailedWrite): Promise<PiKeepError> {
  const errno = errnoOf(error);
  if (errno === null) return asPiKeepError(error);
  const { path, offset, bytes } = failed;
  if ((errno === 'EIO' || errno === 'ENOSPC') && (await failed.isGone())) {
    return new PiKeepError('DEVICE_GONE', { path }, { cause: error });
  }
  const refused = errno === 'EPERM' || errno === 'EACCES';
  const known = openForWritingError(error, path, refused && (await failed.isProtected()));
  if (isPiKeepError(known, 'DEVICE_GONE', 'WRITE_PROTECTED')) return known;
  return new PiKeepError('WRITE_FAILED', { path, offset, bytes, errno }, { cause: error });
}
