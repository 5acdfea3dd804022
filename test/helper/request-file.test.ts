import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asCaller, callerUid } from '../../src/helper/caller.ts';
import { PROTOCOL_VERSION } from '../../src/helper/protocol.ts';
import { readRequest } from '../../src/helper/request-file.ts';
import { makeRequestFolder } from '../../src/helper/request-folder.ts';
import { needsRoot } from '../support/tools.ts';
import { CallerRig, STRANGER_UID, TOKEN } from './caller-rig.ts';

const request = {
  version: PROTOCOL_VERSION as typeof PROTOCOL_VERSION,
  action: 'read' as const,
  token: TOKEN,
  disk: 'loop3',
  device: '/dev/loop3',
  expected: { bytes: 512, mediaName: null, diskUuid: null, tableId: null, partitions: [] },
  allowDiskImage: false,
};

const uid = process.getuid?.() ?? -1;

describe('the folder of a request', () => {
  test('is closed to others, and so is the file in it', async () => {
    const made = await makeRequestFolder();
    try {
      await made.write(request);
      expect(lstatSync(made.folder).mode & 0o777).toBe(0o700);
      expect(lstatSync(made.requestPath).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(made.requestPath, 'utf8'))).toEqual(request);
      await expect(made.write(request)).rejects.toThrow(/EEXIST/);
    } finally {
      await made.remove();
      await made.remove();
    }
    expect(() => lstatSync(made.folder)).toThrow(/ENOENT/);
  });

  test('is short however long the path of the first choice is', async () => {
    const base = mkdtempSync('/tmp/pikeep-long-');
    const long = join(base, 'x'.repeat(100));
    mkdirSync(long);
    try {
      const made = await makeRequestFolder([long, '/tmp']);
      expect(made.folder.startsWith(realpathSync('/tmp'))).toBe(true);
      expect(Buffer.byteLength(made.socketPath)).toBeLessThanOrEqual(103);
      await made.remove();
      await expect(makeRequestFolder([long])).rejects.toMatchObject({
        code: 'SOCKET_PATH_TOO_LONG',
        facts: { bytes: Buffer.byteLength(join(realpathSync(long), 'pikeep-XXXXXX', 'socket')) },
      });
    } finally {
      rmSync(base, { recursive: true });
    }
  });

  test('goes with the next one, if its owner was killed in the middle of a dialog', async () => {
    const base = mkdtempSync('/tmp/pikeep-old-');
    try {
      const hours = (count: number) => Date.now() / 1000 - count * 3600;
      const folder = (name: string, content: string, age: number) => {
        mkdirSync(join(base, name), { mode: 0o700 });
        writeFileSync(join(base, name, content), '');
        utimesSync(join(base, name), hours(age), hours(age));
      };
      folder('pikeep-killed', 'request', 2);
      // Another one whose dialog is open, what only has such a name, and what has another.
      folder('pikeep-asking', 'request', 0);
      folder('pikeep-others', 'treasure', 2);
      folder('pikeep-sample-abcdef', 'request', 2);
      symlinkSync(join(base, 'pikeep-others'), join(base, 'pikeep-linked'));
      const made = await makeRequestFolder([base]);
      await made.remove();
      expect(readdirSync(base).toSorted()).toEqual([
        ...['pikeep-asking', 'pikeep-linked', 'pikeep-others', 'pikeep-sample-abcdef'],
      ]);
    } finally {
      rmSync(base, { recursive: true });
    }
  });

  test('is never one whose name could mean something to a shell', async () => {
    const base = mkdtempSync("/tmp/pikeep-$(id)'-");
    try {
      await expect(makeRequestFolder([base])).rejects.toMatchObject({ code: 'HELPER_FAILED' });
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});

describe('the helper reads a request', () => {
  let rig: CallerRig;
  beforeEach(async () => {
    rig = await new CallerRig(uid).listen();
    rig.write(request);
  });
  afterEach(() => rig.dispose());
  const read = (path = rig.requestPath, as = uid) => readRequest(path, as);

  test('that is private, and finds the socket beside it', () => {
    expect(read()).toEqual({ request, socketPath: rig.socketPath });
  });

  test.each([0o640, 0o604, 0o660, 0o700])('but not one with the mode %o', (mode) => {
    chmodSync(rig.requestPath, mode);
    expect(read).toThrow(/STRANGER/);
  });

  test.each([0o750, 0o705, 0o711])('but not in a folder with the mode %o', (mode) => {
    chmodSync(rig.folder, mode);
    expect(read).toThrow(/STRANGER/);
  });

  test('but not through a symbolic link', () => {
    renameSync(rig.requestPath, join(rig.folder, 'elsewhere'));
    symlinkSync('elsewhere', rig.requestPath);
    expect(read).toThrow(/BAD_MESSAGE.*ELOOP/);
  });

  test('but not in a folder that is reached by a link', () => {
    const link = `${rig.folder}-link`;
    symlinkSync(rig.folder, link);
    try {
      expect(() => read(join(link, 'request'))).toThrow(/reached by a link/);
    } finally {
      rmSync(link);
    }
  });

  test('but not one that has a second name', () => {
    linkSync(rig.requestPath, join(rig.folder, 'second'));
    expect(read).toThrow(/another name/);
  });

  test('but not from a pipe, which would keep it waiting', () => {
    rmSync(rig.requestPath);
    execFileSync('mkfifo', ['-m', '600', rig.requestPath]);
    expect(read).toThrow(/not a regular file/);
  });

  test('but not a huge one', () => {
    truncateSync(rig.requestPath, 1024 * 1024 * 1024);
    expect(read).toThrow(/1073741824 bytes/);
  });

  test('but not one that is no request', () => {
    writeFileSync(rig.requestPath, '{"version":2');
    expect(read).toThrow(/no JSON/);
    writeFileSync(rig.requestPath, JSON.stringify({ ...request, version: 0 }));
    expect(read).toThrow(/version/);
  });

  test('but not under another name or by a crooked path', () => {
    renameSync(rig.requestPath, join(rig.folder, 'other'));
    expect(() => read(join(rig.folder, 'other'))).toThrow(/name is not ours/);
    expect(() => read(`${rig.folder}/../${rig.folder.slice(5)}/request`)).toThrow(/plain absolute/);
    expect(() => read('request')).toThrow(/plain absolute/);
    expect(() => read(rig.requestPath)).toThrow(/ENOENT/);
  });

  test('but not where a file or a link stands in for the socket', () => {
    rmSync(rig.socketPath);
    writeFileSync(rig.socketPath, '');
    expect(read).toThrow(/no socket/);
    rmSync(rig.socketPath);
    symlinkSync('/run/some-other.sock', rig.socketPath);
    expect(read).toThrow(/no socket/);
  });

  describe.skipIf(needsRoot())('of another user', () => {
    test('but not when the file is somebody else’s', () => {
      chownSync(rig.requestPath, STRANGER_UID, STRANGER_UID);
      expect(read).toThrow(/STRANGER/);
    });

    test('but not when the folder is somebody else’s', () => {
      chownSync(rig.folder, STRANGER_UID, STRANGER_UID);
      expect(read).toThrow(/STRANGER/);
    });

    test('but not when the socket is somebody else’s', () => {
      chownSync(rig.socketPath, STRANGER_UID, STRANGER_UID);
      expect(read).toThrow(/STRANGER/);
    });

    test('but not when sudo or pkexec names another caller', () => {
      expect(() => read(rig.requestPath, STRANGER_UID)).toThrow(/STRANGER/);
    });
  });
});

describe('the caller', () => {
  test('is whom pkexec or sudo names, else the user of the process', () => {
    expect(callerUid({ PKEXEC_UID: '1000', SUDO_UID: '1001' })).toBe(1000);
    expect(callerUid({ SUDO_UID: '1001' })).toBe(1001);
    expect(callerUid({})).toBe(uid);
    expect(() => callerUid({ SUDO_UID: '-1' })).toThrow(/BAD_MESSAGE/);
    expect(() => callerUid({ PKEXEC_UID: '' })).toThrow(/BAD_MESSAGE/);
  });

  test.skipIf(needsRoot())(
    'cannot make root connect to a socket that is closed to the caller',
    async () => {
      const rig = await new CallerRig(0).listen();
      try {
        const errno = await asCaller(
          STRANGER_UID,
          () => new Promise((done) => connect(rig.socketPath).once('error', done)),
        );
        expect(errno).toMatchObject({ code: 'EACCES' });
      } finally {
        await rig.dispose();
      }
    },
  );

  test.skipIf(needsRoot())('lends its rights and no more, and root takes them back', async () => {
    const secret = mkdtempSync('/tmp/pikeep-secret-');
    try {
      writeFileSync(join(secret, 'file'), 'for root only');
      const inside = await asCaller(STRANGER_UID, () => {
        expect(() => readFileSync(join(secret, 'file'))).toThrow(/EACCES/);
        return [process.geteuid?.(), process.getegid?.(), process.getgroups?.()];
      });
      expect(inside).toEqual([STRANGER_UID, 65_534, [65_534]]);
      expect(readFileSync(join(secret, 'file'), 'utf8')).toBe('for root only');
      await expect(asCaller(STRANGER_UID, () => Promise.reject(new Error('x')))).rejects.toThrow();
      expect(process.geteuid?.()).toBe(0);
    } finally {
      rmSync(secret, { recursive: true });
    }
  });
});
