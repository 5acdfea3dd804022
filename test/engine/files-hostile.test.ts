import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPiKeepError } from '../../src/engine/errors.ts';
import type { FilePiece, FileTree } from '../../src/engine/file-tree.ts';
import { type FileDevice, openFileDevice } from '../support/file-device.ts';
import { collect, openOnlyTree, readAll } from '../support/file-snapshot.ts';
import { makeExt, temporaryFolder, tool } from '../support/file-systems.ts';
import { blocksOf } from '../support/journal-forge.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

function withCode(code: 'NO_SUCH_FILE' | 'FILE_DAMAGED' | 'UNSUPPORTED' | 'INTERRUPTED' | 'USAGE') {
  return expect.toSatisfy((error: unknown) => isPiKeepError(error, code));
}

describe.skipIf(needsTools('mke2fs', 'debugfs'))('hostile file systems', () => {
  const folder = temporaryFolder();
  const source = join(folder.path, 'tree');
  const image = join(folder.path, 'fs.img');
  let device: FileDevice;
  let tree: FileTree;
  const debugfs = (...commands: string[]): string =>
    tool('debugfs', ['-w', image], `${commands.join('\n')}\nquit\n`);

  beforeAll(async () => {
    mkdirSync(join(source, 'etc'), { recursive: true });
    mkdirSync(join(source, 'many'));
    writeFileSync(join(source, 'etc/hostname'), 'octopi\n');
    for (const [name, target] of Object.entries({
      up: '../../../../../../etc/hostname',
      absolute: '/etc/hostname',
      out: '../../../../../../etc/shadow',
      'slash/': '//etc//./hostname',
      round: 'round',
      ping: 'pong',
      pong: 'ping',
      self: '.',
      odd: 'new\nline/\u202e',
    })) {
      symlinkSync(target, join(source, 'etc', name.replace('/', '')));
    }
    for (let count = 0; count < 400; count++) {
      writeFileSync(join(source, `many/a name of some length ${count}`), '');
    }
    const sparse = openSync(join(source, 'sparse'), 'w');
    for (const at of [0, 4 * GIB - 7, 4 * GIB + MIB, 5 * GIB - 4]) writeSync(sparse, 'mark', at);
    closeSync(sparse);
    for (const name of ['huge', 'secret', 'damaged', 'deleted', 'reserved']) {
      writeFileSync(join(source, name), `${name} content`);
    }
    mkdirSync(join(source, 'locked'));
    writeFileSync(join(source, 'locked/inside'), '');
    makeExt(image, { bytes: 64 * MIB, type: 'ext4', args: ['-b', '1024'], tree: source });
    debugfs(
      'sif /huge size 17592186044416',
      'sif /secret flags 0x80800',
      'sif /locked flags 0x80800',
      'sif /deleted links_count 0',
      'ln <8> /journal',
      'ln <9000> /nowhere',
      'mkdir /loop',
      'ln /loop /loop/again',
      'ln / /loop/root',
      'mkdir /d0',
      ...Array.from({ length: 40 }, (_, depth) => {
        const path = Array.from({ length: depth + 1 }, (__, at) => `d${at}`).join('/');
        return `mkdir /${path}/d${depth + 1}\nln /${path}/d${depth + 1} /${path}/twin`;
      }),
    );
    const bytes = readFileSync(image);
    const [, , third] = blocksOf(image, '/many');
    bytes[(third ?? 0) * 1024 + 20] = (bytes[(third ?? 0) * 1024 + 20] ?? 0) ^ 1;
    const [, block, offset] =
      /block (\d+), offset 0x([0-9a-f]+)/.exec(debugfs('imap /damaged')) ?? [];
    const at = Number(block) * 1024 + Number.parseInt(offset ?? '', 16);
    bytes[at + 2] = (bytes[at + 2] ?? 0) ^ 1;
    writeFileSync(image, bytes);
    device = openFileDevice(image);
    tree = await openOnlyTree(device);
  });
  afterAll(async () => {
    await device?.close();
    folder.remove();
  });

  it('do not let links lead out of the tree, nor around for ever', async () => {
    for (const path of ['up', 'absolute', 'slash', 'self/self/../etc/up', '../../etc/hostname']) {
      expect(await tree.resolve(`/etc/${path}`), path).toBe('/etc/hostname');
    }
    for (const path of ['out', 'round', 'ping', 'hostname/..', 'hostname/x', 'none/../hostname']) {
      expect(await tree.resolve(`/etc/${path}`), path).toBeNull();
    }
    expect(await tree.resolve('/etc/self')).toBe('/etc');
    expect((await tree.facts('/etc/up'))?.kind).toBe('link');
    expect(await tree.linkTarget('/etc/out')).toBe('../../../../../../etc/shadow');
    expect(await tree.linkTarget('/etc/odd')).toBe('new\\x0Aline/\\xE2\\x80\\xAE');
    expect(await tree.linkTarget('/etc/hostname')).toBeNull();
    expect((await readAll(tree, '/etc/self/hostname')).toString()).toBe('octopi\n');
    await expect(readAll(tree, '/etc/up')).rejects.toThrow(withCode('NO_SUCH_FILE'));
    await expect(collect(tree.list('/etc/self'))).rejects.toThrow(withCode('NO_SUCH_FILE'));
    await expect(collect(tree.list('/none'))).rejects.toThrow(withCode('NO_SUCH_FILE'));
    await expect(tree.facts('etc')).rejects.toThrow(withCode('USAGE'));
  });

  it('are walked to the end, each folder once', async () => {
    const walked = await collect(tree.walk('/'));
    const paths = walked.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain('/loop/again');
    expect(paths).toContain('/loop/root');
    expect(paths.filter((path) => path.startsWith('/loop/'))).toHaveLength(2);
    const folders = walked.filter(({ kind, path }) => kind === 'folder' && path.startsWith('/d0'));
    expect(folders).toHaveLength(1 + 40 * 2);
    expect(tree.problems.join('\n')).toContain('/loop/again was not entered');
    expect(tree.problems.join('\n')).toContain('/loop/root was not entered');
    expect(tree.problems.length).toBeLessThanOrEqual(100);
    expect(await collect(tree.walk('/d0', { enter: () => false }))).toHaveLength(2);
  });

  it('cost nothing for what a file only claims', async () => {
    const before = device.bytesRead;
    const pieces = await collect(tree.read('/huge'));
    expect(pieces.at(-1)).toMatchObject({ data: null });
    expect((await tree.facts('/huge'))?.bytes).toBe(16 * 1024 * GIB);
    expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(16 * 1024 * GIB);
    expect(device.bytesRead - before).toBeLessThan(4 * MIB);
  });

  it('keep offsets beyond 4 GiB', async () => {
    const pieces = (await collect(tree.read('/sparse'))).filter(
      (piece): piece is FilePiece & { data: Uint8Array } => piece.data !== null,
    );
    const marks = pieces.flatMap(({ offset, data }) => {
      const found: number[] = [];
      for (let at = Buffer.from(data).indexOf('mark'); at >= 0; ) {
        found.push(offset + at);
        at = Buffer.from(data).indexOf('mark', at + 1);
      }
      return found;
    });
    expect(marks).toEqual([0, 4 * GIB - 7, 4 * GIB + MIB, 5 * GIB - 4]);
    expect((await tree.facts('/sparse'))?.bytes).toBe(5 * GIB);
  });

  it('say what cannot be read, and never make anything up', async () => {
    const facts = new Map((await collect(tree.list('/'))).map((one) => [one.name, one]));
    expect(facts.get('secret')).toMatchObject({ kind: 'file', unreadable: 'it is encrypted' });
    for (const [name, why] of Object.entries({
      damaged: /inode \d+ is damaged/,
      deleted: /deleted/,
      nowhere: /inode 9000 is damaged/,
      journal: /the file system itself/,
    })) {
      expect(facts.get(name), name).toMatchObject({ kind: 'unknown', bytes: 0 });
      expect(facts.get(name)?.unreadable).toMatch(why);
      await expect(readAll(tree, `/${name}`)).rejects.toThrow(withCode('FILE_DAMAGED'));
    }
    await expect(readAll(tree, '/secret')).rejects.toThrow(withCode('UNSUPPORTED'));
    await expect(collect(tree.list('/locked'))).rejects.toThrow(withCode('UNSUPPORTED'));
    await expect(tree.facts('/locked/inside')).rejects.toThrow(withCode('UNSUPPORTED'));
    expect(facts.get('reserved')).toMatchObject({ kind: 'file', unreadable: null });
  });

  it('leave out only the block of a folder that is damaged', async () => {
    const names = (await collect(tree.list('/many'))).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(300);
    expect(names.length).toBeLessThan(400);
    expect(tree.problems.join('\n')).toMatch(/\/many: block \d+ of it is damaged/);
  });

  it('stop at once when they are told to', async () => {
    const stop = new AbortController();
    const walk = tree.walk('/', { signal: stop.signal });
    await walk.next();
    stop.abort();
    await expect(walk.next()).rejects.toThrow(withCode('INTERRUPTED'));
    const { signal } = stop;
    await expect(tree.facts('/etc', { signal })).rejects.toThrow(withCode('INTERRUPTED'));
    await expect(collect(tree.read('/huge', { signal }))).rejects.toThrow(withCode('INTERRUPTED'));
    await expect(collect(tree.list('/', { signal }))).rejects.toThrow(withCode('INTERRUPTED'));
  });

  it('may have names that no program could have given', async () => {
    const plain = join(folder.path, 'names');
    mkdirSync(plain);
    for (const name of ['AAAAAA', 'BB', 'CCCCCC', 'D']) writeFileSync(join(plain, name), name);
    const path = makeExt(join(folder.path, 'names.img'), {
      bytes: 8 * MIB,
      type: 'ext4',
      args: ['-O', '^metadata_csum'],
      tree: plain,
    });
    const bytes = readFileSync(path);
    for (const [from, to] of [
      ['\x06\x01AAAAAA', '\x06\x01../../'],
      ['\x02\x01BB', '\x02\x01..'],
      ['\x06\x01CCCCCC', '\x06\x01/etc/\0'],
      ['\x01\x01D', '\x01\x01\x1b'],
    ] as const) {
      const at = bytes.indexOf(from, 0, 'latin1');
      expect(at).toBeGreaterThan(0);
      bytes.write(to, at, 'latin1');
    }
    const odd = await openOnlyTree(memoryDevice(bytes));
    const walked = (await collect(odd.walk('/'))).map((file) => file.path);
    expect(walked.toSorted()).toEqual(
      ['/..\\x2F..\\x2F', '/\\x1B', '/\\x2Fetc\\x2F\\x00', '/lost+found'].toSorted(),
    );
    expect((await readAll(odd, '/..\\x2F..\\x2F')).toString()).toBe('AAAAAA');
    expect(odd.problems.join('\n')).toContain('"\\x2E\\x2E" in it is left out');
    expect(await odd.facts('/\\x2E\\x2E')).toBeNull();
  });

  it('are refused as a whole when they use what nobody knows', async () => {
    const path = makeExt(join(folder.path, 'unknown.img'), {
      bytes: 8 * MIB,
      type: 'ext4',
      tree: join(source, 'etc'),
    });
    tool('debugfs', ['-w', '-R', 'ssv feature_incompat 0x400002c2', path]);
    const unknown = await openOnlyTree(memoryDevice(readFileSync(path)));
    expect(unknown.trouble).toContain('features PiKeep does not know (0x40000000)');
    await expect(collect(unknown.list('/'))).rejects.toThrow(withCode('UNSUPPORTED'));
    await expect(unknown.resolve('/')).rejects.toThrow(withCode('UNSUPPORTED'));
  });

  it('are read as far as they are there when the image is cut off', async () => {
    const path = makeExt(join(folder.path, 'cut.img'), {
      bytes: 24 * MIB,
      type: 'ext4',
      args: ['-b', '1024'],
      tree: join(source, 'many'),
    });
    const big = join(folder.path, 'big');
    writeFileSync(big, Buffer.alloc(12 * MIB, 7));
    tool('debugfs', ['-w', '-R', `write ${big} big`, path]);
    truncateSync(path, 12 * MIB);
    const cut = await openOnlyTree(memoryDevice(readFileSync(path)));
    expect(cut.problems.join()).toContain('ends before this file system does');
    expect((await collect(cut.list('/'))).length).toBe(402);
    await expect(readAll(cut, '/big')).rejects.toThrow(withCode('FILE_DAMAGED'));
  });
});
