/** What parsers and unpackers say of bytes that are not of their form, as an error about the image. */

import { MalformedBytes } from '../bytes.ts';
import { asPiKeepError, PiKeepError } from '../errors.ts';

export function damaged(error: unknown, path: string): PiKeepError {
  if (!(error instanceof MalformedBytes)) return asPiKeepError(error);
  return new PiKeepError('IMAGE_DAMAGED', { path, detail: error.message }, { cause: error });
}
