/** Numbers and structures of the C interfaces in use, for macOS (arm64 and x64 agree) and for Linux x64/arm64. */

import type { Koffi } from './ffi.ts';

/** Sources: xnu bsd/sys/socket.h, fcntl.h, disk.h, mman.h; Linux include/uapi and include/linux/socket.h. */
export interface Abi {
  readonly AF_UNIX: number;
  readonly SOCK_STREAM: number;
  readonly SOL_SOCKET: number;
  readonly SCM_RIGHTS: number;
  readonly MSG_DONTWAIT: number;
  readonly MSG_CTRUNC: number;
  readonly F_SETFD: number;
  readonly FD_CLOEXEC: number;
  /** Type of msg_iovlen and of msg_controllen. */
  readonly iovlenType: string;
  readonly controllenType: string;
  /** cmsghdr: the width of cmsg_len, the whole header, and header plus one descriptor. */
  readonly cmsgLenBytes: 4 | 8;
  readonly cmsgHeaderBytes: number;
  readonly cmsgBytes: number;
}

const shared = { AF_UNIX: 1, SOCK_STREAM: 1, SCM_RIGHTS: 1, F_SETFD: 2, FD_CLOEXEC: 1 } as const;

export const darwinAbi: Abi = {
  ...shared,
  SOL_SOCKET: 0xffff,
  MSG_DONTWAIT: 0x80,
  MSG_CTRUNC: 0x20,
  iovlenType: 'int',
  controllenType: 'uint32_t',
  cmsgLenBytes: 4,
  cmsgHeaderBytes: 12,
  cmsgBytes: 16,
};

export const linuxAbi: Abi = {
  ...shared,
  SOL_SOCKET: 1,
  MSG_DONTWAIT: 0x40,
  MSG_CTRUNC: 0x8,
  iovlenType: 'size_t',
  controllenType: 'size_t',
  cmsgLenBytes: 8,
  cmsgHeaderBytes: 16,
  cmsgBytes: 20,
};

export const abi: Abi = process.platform === 'darwin' ? darwinAbi : linuxAbi;

/** `struct msghdr` and the `struct iovec` it points to. */
export function messageTypes(koffi: Koffi, layout: Abi) {
  const iovec = koffi.struct({ base: 'void *', len: 'size_t' });
  const msghdr = koffi.struct({
    name: 'void *',
    namelen: 'uint32_t',
    iov: koffi.pointer(iovec),
    iovlen: layout.iovlenType,
    control: 'void *',
    controllen: layout.controllenType,
    flags: 'int',
  });
  return { iovec, msghdr };
}

/** DKIOCGETBLOCKSIZE (a 32-bit count of bytes) and DKIOCGETBLOCKCOUNT (64 bits), xnu bsd/sys/disk.h. */
export const DKIOCGETBLOCKSIZE = 0x40046418;
export const DKIOCGETBLOCKCOUNT = 0x40086419;
/** BLKGETSIZE64, a 64-bit count of bytes (Linux include/uapi/linux/fs.h). */
export const BLKGETSIZE64 = 0x80081272;

/** F_NOCACHE of macOS: data of this file is not kept in memory (man fcntl). */
export const F_NOCACHE = 48;

/** `mmap` and `msync`; all but MS_SYNC are the same on both systems. */
export const PROT_READ = 1;
export const MAP_SHARED = 1;
export const MS_INVALIDATE = 2;
export const MS_SYNC = process.platform === 'darwin' ? 0x10 : 4;
