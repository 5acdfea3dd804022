/** What the system's error names mean to somebody who never saw them (POSIX errno.h). */

import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';

const meanings: Readonly<Record<string, Phrase>> = {
  EACCES: toSay('your user account has no permission'),
  EPERM: toSay('the system does not allow it'),
  EROFS: toSay('the volume is read-only'),
  EIO: toSay('the hardware reported an input/output error'),
  ENOSPC: toSay('the volume is full'),
  EDQUOT: toSay('your disk quota is used up'),
  EFBIG: toSay('the file would be larger than the volume allows'),
  ENOENT: toSay('it is no longer there'),
  ENOTDIR: toSay('a part of the path is not a folder'),
  EISDIR: toSay('it is a folder'),
  ENXIO: toSay('the device is no longer there'),
  ENODEV: toSay('the device is no longer there'),
  ENOMEDIUM: toSay('there is no card in the reader'),
  EBUSY: toSay('another program is using it'),
  EINVAL: toSay('the device did not accept the request'),
  ETIMEDOUT: toSay('it did not answer in time'),
  ESTALE: toSay('the network volume was disconnected'),
  ENOTCONN: toSay('the network volume was disconnected'),
  EHOSTDOWN: toSay('the network volume cannot be reached'),
  EHOSTUNREACH: toSay('the network volume cannot be reached'),
  ENAMETOOLONG: toSay('the name is too long for the volume'),
  EILSEQ: toSay('the reader sent damaged data'),
  EMFILE: toSay('too many files are open'),
  ENOMEM: toSay('the computer has no memory left'),
};

/** A clause without a full stop. An unknown name is quoted, because it can be searched for. */
export function errnoWords(errno: string): string {
  const meaning = Object.hasOwn(meanings, errno) ? meanings[errno] : undefined;
  return meaning === undefined ? say`the system says ${errno}` : sayPhrase(meaning);
}
