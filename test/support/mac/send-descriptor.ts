/** Sends an open descriptor over a Unix socket, written apart from the code that receives it. */

import koffi from 'koffi';

const darwin = process.platform === 'darwin';

/** Throws when the socket does not take it: what is no socket, for one. More than one descriptor is what nobody should send. */
export function sendDescriptor(socket: number, ...fds: readonly number[]): void {
  const iovec = koffi.struct({ iov_base: 'void *', iov_len: 'size_t' });
  const msghdr = koffi.struct({
    msg_name: 'void *',
    msg_namelen: 'uint32_t',
    msg_iov: koffi.pointer(iovec),
    msg_iovlen: darwin ? 'int' : 'size_t',
    msg_control: 'void *',
    msg_controllen: darwin ? 'uint32_t' : 'size_t',
    msg_flags: 'int',
  });
  const sendmsg = koffi
    .load(null)
    .func('sendmsg', 'int64_t', ['int', koffi.pointer(msghdr), 'int']);
  const control = controlMessage(fds);
  // authopen sends its status beside the descriptor; what it says does not matter to whoever gets the descriptor.
  const status = Buffer.alloc(2);
  const sent = sendmsg(
    socket,
    {
      msg_name: null,
      msg_namelen: 0,
      msg_iov: [{ iov_base: status, iov_len: status.byteLength }],
      msg_iovlen: 1,
      msg_control: control,
      msg_controllen: control.byteLength,
      msg_flags: 0,
    },
    0,
  );
  if (Number(sent) !== status.byteLength) throw new Error(`sendmsg: errno ${koffi.errno()}`);
}

/** One `struct cmsghdr` {cmsg_len, SOL_SOCKET, SCM_RIGHTS} and the descriptors. */
function controlMessage(fds: readonly number[]): Buffer {
  const bytes = 4 * fds.length;
  if (darwin) return Buffer.from(new Int32Array([12 + bytes, 0xffff, 1, ...fds]).buffer);
  const message = Buffer.alloc(16 + 8 * Math.ceil(bytes / 8));
  message.writeBigUInt64LE(BigInt(16 + bytes), 0);
  message.writeInt32LE(1, 8);
  message.writeInt32LE(1, 12);
  fds.forEach((fd, index) => {
    message.writeInt32LE(fd, 16 + 4 * index);
  });
  return message;
}
