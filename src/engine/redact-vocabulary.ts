/** Words that say nothing about anybody: those of PiKeep's own errors, of the tools it runs, and of the system. */

import { errorCodes } from './errors.ts';
import { plainWords } from './redact-words.ts';

/** errno.h of Linux and macOS, as far as devices, files and sockets go. */
const errnos = `
E2BIG EACCES EADDRINUSE EAGAIN EBADF EBUSY ECANCELED ECONNREFUSED ECONNRESET EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH
EILSEQ EINTR EINVAL EIO EISDIR ELOOP EMEDIUMTYPE EMFILE EMLINK ENAMETOOLONG ENETDOWN ENETUNREACH ENFILE ENODEV ENOENT ENOLCK
ENOMEDIUM ENOMEM ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTEMPTY ENOTSUP ENOTTY ENXIO EOPNOTSUPP EOVERFLOW EPERM EPIPE EPROTO ERANGE
EROFS ESHUTDOWN ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EXDEV
`;

export const vocabulary: ReadonlySet<string> = new Set(
  [...errorCodes, ...`${errnos} ${plainWords}`.split(/\s+/)]
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase()),
);
