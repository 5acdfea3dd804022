/** What the system's error names mean to somebody who never saw them (POSIX errno.h). */

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'your user account has no permission',
  EPERM: 'the system does not allow it',
  EROFS: 'the volume is read-only',
  EIO: 'the hardware reported an input/output error',
  ENOSPC: 'the volume is full',
  EDQUOT: 'your disk quota is used up',
  EFBIG: 'the file would be larger than the volume allows',
  ENOENT: 'it is no longer there',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENXIO: 'the device is no longer there',
  ENODEV: 'the device is no longer there',
  ENOMEDIUM: 'there is no card in the reader',
  EBUSY: 'another program is using it',
  EINVAL: 'the device did not accept the request',
  ETIMEDOUT: 'it did not answer in time',
  ESTALE: 'the network volume was disconnected',
  ENOTCONN: 'the network volume was disconnected',
  EHOSTDOWN: 'the network volume cannot be reached',
  EHOSTUNREACH: 'the network volume cannot be reached',
  ENAMETOOLONG: 'the name is too long for the volume',
  EILSEQ: 'the reader sent damaged data',
  EMFILE: 'too many files are open',
  ENOMEM: 'the computer has no memory left',
};

/** A clause without a full stop. An unknown name is quoted, because it can be searched for. */
export function errnoWords(errno: string): string {
  const meaning = Object.hasOwn(meanings, errno) ? meanings[errno] : undefined;
  return meaning ?? `the system says ${errno}`;
}
