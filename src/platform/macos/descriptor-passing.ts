/** A socket pair over which another program hands us an open descriptor (SCM_RIGHTS, man recvmsg). */

import { closeSync } from 'node:fs';
import { PiKeepError } from '../../engine/errors.ts';
import { type Koffi, loadKoffi } from './ffi.ts';
import { type Abi, abi, messageTypes } from './layouts.ts';

export interface DescriptorChannel {
  /** To be given to the child as its standard output; still ours to close. */
  readonly childEnd: number;
  /** To be called as soon as the child has its copy: while we hold this end, the socket never reports its end. */
  closeChildEnd(): void;
  /**
   * Takes the one descriptor that was sent, or null when none was. Never waits: call it when the child has ended. The
   * descriptor is the caller's to close. Throws BAD_MESSAGE for a control message that is not one descriptor.
   */
  receive(): number | null;
  /** May be called twice. */
  close(): void;
}

/** Throws INTERNAL with the errno when the system has no socket pair to give. */
export function openDescriptorChannel(): DescriptorChannel {
  const calls = systemCalls();
  const [ownEnd, childEnd] = calls.socketPair();
  const open = new Set([ownEnd, childEnd]);
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd);
  };
  return {
    childEnd,
    closeChildEnd: () => close(childEnd),
    receive: () => calls.receive(ownEnd),
    close() {
      close(ownEnd);
      close(childEnd);
    },
  };
}

interface Calls {
  socketPair(): [number, number];
  receive(socket: number): number | null;
}

let calls: Calls | null = null;

function systemCalls(): Calls {
  calls ??= bind(loadKoffi(), abi);
  return calls;
}

function bind(koffi: Koffi, layout: Abi): Calls {
  const { msghdr } = messageTypes(koffi, layout);
  const library = koffi.load(null);
  const socketpair = library.func('int socketpair(int, int, int, _Out_ int *)');
  // Declared as variadic, because Apple's arm64 passes such arguments on the stack and a fixed declaration loses them.
  const fcntl = library.func('int fcntl(int, int, ...)');
  const recvmsg = library.func('recvmsg', 'int64_t', [
    'int',
    koffi.inout(koffi.pointer(msghdr)),
    'int',
  ]);

  const closeOnExec = (fd: number) => {
    if (fcntl(fd, layout.F_SETFD, 'int', layout.FD_CLOEXEC) === -1) throw failed(koffi, 'fcntl');
  };

  return {
    socketPair() {
      const pair: [number, number] = [-1, -1];
      if (socketpair(layout.AF_UNIX, layout.SOCK_STREAM, 0, pair) === -1) {
        throw failed(koffi, 'socketpair');
      }
      // Not inherited by programs started meanwhile; the child's standard output is a copy without the flag.
      for (const fd of pair) closeOnExec(fd);
      return pair;
    },

    receive(socket) {
      const data = Buffer.alloc(16);
      const control = Buffer.alloc(layout.cmsgBytes);
      const message = {
        name: null,
        namelen: 0,
        iov: [{ base: data, len: data.byteLength }],
        iovlen: 1,
        control,
        // Room for one descriptor and no more: the system closes any other and says so with MSG_CTRUNC.
        controllen: control.byteLength,
        flags: 0,
      };
      if (Number(recvmsg(socket, message, layout.MSG_DONTWAIT)) < 0) {
        const { EAGAIN, ECONNRESET } = koffi.os.errno;
        // Nothing there, or the child died with its end unread.
        if (koffi.errno() === EAGAIN || koffi.errno() === ECONNRESET) return null;
        throw failed(koffi, 'recvmsg');
      }
      if (Number(message.controllen) === 0) return null;
      const truncated = (message.flags & layout.MSG_CTRUNC) !== 0;
      const fd = readControl(control.subarray(0, Number(message.controllen)), layout);
      if (fd !== null) closeOnExec(fd);
      if (fd !== null && !truncated) return fd;
      if (fd !== null) closeSync(fd);
      throw new PiKeepError('BAD_MESSAGE', {
        from: 'authopen',
        detail: truncated ? 'more than one descriptor' : 'no descriptor in its control message',
      });
    },
  };
}

/** Reads one `struct cmsghdr` that must carry exactly one descriptor. */
export function readControl(control: Buffer, layout: Abi): number | null {
  if (control.byteLength < layout.cmsgBytes) return null;
  const wide = layout.cmsgLenBytes === 8;
  const length = wide ? Number(control.readBigUInt64LE(0)) : control.readUInt32LE(0);
  const level = control.readInt32LE(layout.cmsgLenBytes);
  const type = control.readInt32LE(layout.cmsgLenBytes + 4);
  if (level !== layout.SOL_SOCKET || type !== layout.SCM_RIGHTS) return null;
  if (length !== layout.cmsgBytes) return null;
  const fd = control.readInt32LE(layout.cmsgHeaderBytes);
  return fd >= 0 ? fd : null;
}

function failed(koffi: Koffi, call: string): PiKeepError {
  return new PiKeepError('INTERNAL', { detail: `${call} failed with errno ${koffi.errno()}` });
}
