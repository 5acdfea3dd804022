/** System errors of the folder that receives an image, as the codes a user can act on. */

import { asPiKeepError, errnoOf, PiKeepError } from '../engine/errors.ts';

export function destinationError(error: unknown, path: string): PiKeepError {
  if (error instanceof PiKeepError) return error;
  const errno = errnoOf(error);
  switch (errno) {
    case null:
      return asPiKeepError(error);
    case 'ENOENT':
    case 'ENOTDIR':
      return new PiKeepError('DESTINATION_MISSING', { path }, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new PiKeepError('DESTINATION_NOT_WRITABLE', { path, errno }, { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new PiKeepError('DESTINATION_FULL', { path }, { cause: error });
    default:
      return new PiKeepError('DESTINATION_FAILED', { path, errno }, { cause: error });
  }
}
