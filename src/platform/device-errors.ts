/** What the errno of a failed open or read of a device means for the person who owns the card. */

import { asPiKeepError, errnoOf, PiKeepError } from '../engine/errors.ts';

/** Linux and macOS say one of these when the medium or its reader has left. */
const GONE = new Set(['ENXIO', 'ENODEV', 'ENOMEDIUM']);

/**
 * Turns the error of an `open` into its code: EPERM is PRIVACY_REFUSED, EACCES is ACCESS_DENIED, EBUSY is DEVICE_BUSY,
 * ENXIO, ENODEV and ENOMEDIUM are DEVICE_GONE, ENOENT and ENOTDIR are NO_SUCH_DISK, ELOOP (a link where none may be) is
 * UNSUPPORTED. Anything else is a READ_FAILED at offset 0.
 */
export function openError(error: unknown, path: string): PiKeepError {
  const errno = errnoOf(error);
  if (errno === null) return asPiKeepError(error);
  const options = { cause: error };
  if (GONE.has(errno)) return new PiKeepError('DEVICE_GONE', { path }, options);
  switch (errno) {
    case 'EPERM':
      return new PiKeepError('PRIVACY_REFUSED', { path }, options);
    case 'EACCES':
      return new PiKeepError('ACCESS_DENIED', { path }, options);
    case 'EBUSY':
      return new PiKeepError('DEVICE_BUSY', { path }, options);
    case 'ENOENT':
    case 'ENOTDIR':
      return new PiKeepError('NO_SUCH_DISK', { disk: path }, options);
    case 'ELOOP':
      return new PiKeepError(
        'UNSUPPORTED',
        { what: `a symbolic link as a device: ${path}` },
        options,
      );
    default:
      return new PiKeepError('READ_FAILED', { path, offset: 0, bytes: 0, errno }, options);
  }
}

/** A read that did not work: where, how much was asked for, and whether the device has left. */
export interface FailedRead {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Asked only where the errno leaves it open (EIO, or a read that ended early). */
  readonly isGone: () => Promise<boolean>;
}

/**
 * The code of a failed read. The four stories stay apart here too: a device that starts to refuse in mid-stream
 * (EPERM, EACCES, EBUSY) is no bad sector. A card that is pulled out mostly answers EIO, so EIO asks the system whether
 * the device is still there.
 */
export async function readError(error: unknown, failed: FailedRead): Promise<PiKeepError> {
  const errno = errnoOf(error);
  if (errno === null) return asPiKeepError(error);
  const { path, offset, bytes } = failed;
  if (errno === 'EPERM' || errno === 'EACCES' || errno === 'EBUSY' || GONE.has(errno)) {
    return openError(error, path);
  }
  const options = { cause: error };
  if (errno === 'EIO' && (await failed.isGone())) {
    return new PiKeepError('DEVICE_GONE', { path }, options);
  }
  return new PiKeepError('READ_FAILED', { path, offset, bytes, errno }, options);
}
