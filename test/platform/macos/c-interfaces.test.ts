import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizationTypes } from '../../../src/platform/macos/authorization.ts';
import {
  openDescriptorChannel,
  readControl,
} from '../../../src/platform/macos/descriptor-passing.ts';
import { loadKoffi } from '../../../src/platform/macos/ffi.ts';
import { abi, darwinAbi, linuxAbi, messageTypes } from '../../../src/platform/macos/layouts.ts';
import { deviceBytes } from '../../../src/platform/macos/raw-device.ts';
import { emptyImage, temporaryFolder } from '../../support/file-systems.ts';
import { attachLoop } from '../../support/loop.ts';
import { sendDescriptor } from '../../support/mac/send-descriptor.ts';
import { findTool, needsLoop, needsSystem, needsTools } from '../../support/tools.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('the layout of C structures', () => {
  it('is that of macOS', () => {
    const koffi = loadKoffi();
    const { msghdr, iovec } = messageTypes(koffi, darwinAbi);
    const members = ['name', 'namelen', 'iov', 'iovlen', 'control', 'controllen', 'flags'];
    expect(koffi.sizeof(msghdr)).toBe(48);
    expect(members.map((member) => koffi.offsetof(msghdr, member))).toEqual([
      0, 8, 16, 24, 32, 40, 44,
    ]);
    expect(koffi.sizeof(iovec)).toBe(16);
    expect(darwinAbi).toMatchObject({
      cmsgLenBytes: 4,
      cmsgHeaderBytes: 12,
      cmsgBytes: 16,
      SOL_SOCKET: 0xffff,
      SCM_RIGHTS: 1,
      MSG_DONTWAIT: 0x80,
      MSG_CTRUNC: 0x20,
    });
  });

  it('is that of Authorization Services', () => {
    const koffi = loadKoffi();
    const { item, itemSet } = authorizationTypes(koffi);
    expect(koffi.sizeof(item)).toBe(32);
    expect(
      ['name', 'valueLength', 'value', 'flags'].map((name) => koffi.offsetof(item, name)),
    ).toEqual([0, 8, 16, 24]);
    expect(koffi.sizeof(itemSet)).toBe(16);
    expect(koffi.offsetof(itemSet, 'items')).toBe(8);
  });

  it.skipIf(needsSystem('linux') || needsTools('cc'))('is what the compiler says here', () => {
    const source = `
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <linux/fs.h>
int main(void) {
  printf("%zu %zu %zu %zu %zu %zu %d %d %d %d %d %zu", sizeof(struct msghdr),
    offsetof(struct msghdr, msg_control), offsetof(struct msghdr, msg_controllen),
    offsetof(struct msghdr, msg_flags), sizeof(struct cmsghdr), (size_t)CMSG_LEN(sizeof(int)),
    SOL_SOCKET, SCM_RIGHTS, MSG_DONTWAIT, MSG_CTRUNC, FD_CLOEXEC, (size_t)BLKGETSIZE64);
}`;
    const program = join(folder.path, 'layout');
    writeFileSync(`${program}.c`, source);
    execFileSync(findTool('cc') ?? 'cc', ['-o', program, `${program}.c`]);
    const koffi = loadKoffi();
    const { msghdr } = messageTypes(koffi, linuxAbi);
    const ours = [
      koffi.sizeof(msghdr),
      koffi.offsetof(msghdr, 'control'),
      koffi.offsetof(msghdr, 'controllen'),
      koffi.offsetof(msghdr, 'flags'),
      linuxAbi.cmsgHeaderBytes,
      linuxAbi.cmsgBytes,
      linuxAbi.SOL_SOCKET,
      linuxAbi.SCM_RIGHTS,
      linuxAbi.MSG_DONTWAIT,
      linuxAbi.MSG_CTRUNC,
      linuxAbi.FD_CLOEXEC,
      0x80081272,
    ];
    expect(execFileSync(program, { encoding: 'utf8' })).toBe(ours.join(' '));
  });
});

describe('a control message', () => {
  const darwin = (length: number, level: number, type: number, fd: number) =>
    Buffer.from(new Int32Array([length, level, type, fd]).buffer);

  it('of macOS gives its descriptor', () => {
    expect(readControl(darwin(16, 0xffff, 1, 7), darwinAbi)).toBe(7);
  });

  it('of another kind, length or level gives none', () => {
    for (const message of [
      darwin(20, 0xffff, 1, 7),
      darwin(16, 1, 1, 7),
      darwin(16, 0xffff, 2, 7),
      darwin(16, 0xffff, 1, -1),
      Buffer.alloc(0),
      Buffer.alloc(15, 0xff),
    ]) {
      expect(readControl(message, darwinAbi)).toBeNull();
    }
  });
});

describe('a descriptor channel', () => {
  it('brings over the very file that was sent, closed to programs started later', () => {
    const file = join(folder.path, 'card.img');
    writeFileSync(file, 'the card');
    const channel = openDescriptorChannel();
    const sent = openSync(file, 'r');
    try {
      sendDescriptor(channel.childEnd, sent);
    } finally {
      closeSync(sent);
    }
    const fd = channel.receive();
    channel.close();
    if (fd === null) throw new Error('nothing came');
    try {
      expect(readFileSync(fd, 'utf8')).toBe('the card');
      if (process.platform === 'linux') {
        // O_CLOEXEC, as `man 5 proc_pid_fdinfo` shows it.
        const flags = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
        expect(Number.parseInt(/^flags:\t(\d+)$/m.exec(flags)?.[1] ?? '', 8) & 0o2000000).not.toBe(
          0,
        );
      }
    } finally {
      closeSync(fd);
    }
  });

  it('says so when nothing was sent, and does not wait for it', () => {
    const channel = openDescriptorChannel();
    expect(channel.receive()).toBeNull();
    channel.closeChildEnd();
    expect(channel.receive()).toBeNull();
    channel.close();
    channel.close();
  });

  it('takes no descriptor beyond the one, and keeps none of them open', () => {
    const channel = openDescriptorChannel();
    const file = join(folder.path, 'card.img');
    writeFileSync(file, 'the card');
    const sent = [openSync(file, 'r'), openSync(file, 'r')];
    try {
      sendDescriptor(channel.childEnd, ...sent);
      const next = nextDescriptor();
      expect(() => channel.receive()).toThrow('BAD_MESSAGE');
      expect(nextDescriptor()).toBe(next);
    } finally {
      for (const fd of sent) closeSync(fd);
      channel.close();
    }
  });
});

/** The number the next descriptor would get: it is the same again when nothing was left open. */
function nextDescriptor(): number {
  const fd = openSync('/dev/null', 'r');
  closeSync(fd);
  return fd;
}

describe('the size of a device', () => {
  it.skipIf(needsSystem('linux') || needsLoop())('is asked from the device itself', async () => {
    const image = emptyImage(join(folder.path, 'card.img'), 3 * 1024 * 1024);
    const loop = await attachLoop(image);
    const fd = openSync(loop.path, 'r');
    try {
      expect(deviceBytes(fd, fstatSync(fd, { bigint: true }))).toBe(3 * 1024 * 1024);
    } finally {
      closeSync(fd);
      await loop.detach();
    }
  });

  it('of what is no disk is an error of the system', () => {
    const fd = openSync('/dev/null', 'r');
    try {
      expect(() => deviceBytes(fd, fstatSync(fd, { bigint: true }))).toThrow('ioctl');
    } finally {
      closeSync(fd);
    }
  });
});

it('the numbers of this system are in use', () => {
  expect(abi).toBe(process.platform === 'darwin' ? darwinAbi : linuxAbi);
});
