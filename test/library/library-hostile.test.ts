import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Library, readLibrary } from '../../src/library/library.ts';
import { ManifestCache } from '../../src/library/manifest-cache.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { cardOf, type FiledBackup, fileBackup } from '../support/library.ts';
import { needsSystem } from '../support/tools.ts';

const NOBODY = 65_534;
const now = new Date('2026-12-01T12:00:00Z');
let folder: ReturnType<typeof temporaryFolder>;
let library: string;

beforeEach(() => {
  folder = temporaryFolder();
  library = join(folder.path, 'library');
  mkdirSync(library);
});
afterEach(() => folder.remove());

const file = (name: string, options: Partial<FiledBackup> = {}): string =>
  fileBackup(library, { file: name, ...options });
const read = (options: Parameters<typeof readLibrary>[1] = {}): Promise<Library> =>
  readLibrary(library, { now, cache: new ManifestCache(), ...options });
const below = (path: string): string => path.slice(library.length + 1);
const found = (one: Library): string[] => one.backups.map(({ path }) => below(path));
describe('a hostile library', () => {
  it('cannot stop what is good in it from being read', async () => {
    const good = file('z/good.img');
    execFileSync('mkfifo', [join(library, 'pipe.img'), join(library, 'pipe.img.pikeep.json')]);
    symlinkSync(library, join(library, 'loop'));
    symlinkSync(good, join(library, 'link.img'));
    symlinkSync(`${good}.pikeep.json`, join(library, 'link.img.pikeep.json'));
    writeFileSync(join(library, 'huge.img.pikeep.json'), '{"schema":1,"card":');
    execFileSync('truncate', ['-s', '200M', join(library, 'huge.img.pikeep.json')]);
    execFileSync('truncate', ['-s', '150M', join(library, 'zeros.img.pikeep.json')]);
    writeFileSync(join(library, 'deep.img.pikeep.json'), '['.repeat(100_000));
    writeFileSync(join(library, 'line\nbreak \u001b[2J.img'), 'x');
    mkdirSync(join(library, ...Array.from({ length: 60 }, () => 'deep')), { recursive: true });
    const one = await read();
    expect(found(one)).toEqual(['z/good.img']);
    expect(one.images.map(({ path }) => below(path))).toEqual(['line\nbreak \u001b[2J.img']);
    expect(one.problems.map(({ path, problem }) => [below(path).slice(0, 4), problem])).toEqual([
      ['deep', 'it lies too deep to be looked at'],
      ['deep', expect.stringContaining('damaged')],
      ['huge', expect.stringContaining('too large')],
      ['zero', expect.stringContaining('damaged')],
    ]);
  });

  it('of ten thousand files is read, and says what is too much', async () => {
    for (let at = 0; at < 10_000; at++) writeFileSync(join(library, `${at}.img`), '');
    file('a.img');
    const one = await read();
    expect(one.images).toHaveLength(10_000);
    expect(found(one)).toEqual(['a.img']);
  });

  it.skipIf(needsSystem('linux'))('may hide folders', async () => {
    file('a.img');
    mkdirSync(join(library, 'secret'), { mode: 0 });
    // Nothing is hidden from root, so root looks as nobody.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chmodSync(folder.path, 0o755);
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect((await read()).problems).toEqual([
        { path: join(library, 'secret'), problem: 'it may not be read by this user' },
      ]);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe.skipIf(needsSystem('linux'))('two hundred backups', () => {
  /** Everything this process asked the system to read (man 5 proc, /proc/PID/io). */
  const readBytes = (): number =>
    Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

  it('are read without their maps, and not again while they stay as they are', async () => {
    const map = Array.from({ length: 4000 }, (_, at) => ({
      offset: at * 4096,
      bytes: 4096,
      sha256: 'a'.repeat(64),
    }));
    for (let at = 0; at < 200; at++) {
      file(`pi ${at % 20}/${at}.img`, { map, bytes: 4000 * 4096, strong: cardOf(`${at % 20}`) });
    }
    const cache = new ManifestCache();
    const before = readBytes();
    const first = await read({ cache });
    const between = readBytes();
    const second = await read({ cache });
    const after = readBytes();
    expect(first.backups).toHaveLength(200);
    expect(second).toEqual(first);
    // Manifests of 440 KB each: 64 KiB from either end is read of them.
    expect(between - before).toBeLessThan(200 * 140_000);
    expect(after - between).toBeLessThan(20_000);
    const one = first.backups[7];
    if (!one) throw new Error('no backup');
    chmodSync(one.manifest, 0o644);
    writeFileSync(one.manifest, 'damaged');
    expect((await read({ cache })).problems).toHaveLength(1);
  });
});

describe.skipIf(needsSystem('linux') || process.getuid?.() !== 0)('a volume that hangs', () => {
  it('is named, and what lies elsewhere is read', async () => {
    file('a/good.img');
    file('z/good.img', { at: '2026-01-01T00:00:00.000Z' });
    const hanging = join(library, 'hanging');
    mkdirSync(hanging);
    const server = spawn('nbdfuse', ['-r', hanging, '--command', 'nbdkit', '-s', 'memory', '1M'], {
      stdio: 'ignore',
    });
    try {
      await expect
        .poll(() => execFileSync('ls', [hanging]).toString(), { timeout: 10_000 })
        .toBe('nbd\n');
      server.kill('SIGSTOP');
      const one = await read({ patienceMs: 300 });
      expect(found(one)).toEqual(['a/good.img', 'z/good.img']);
      expect(one.problems).toMatchObject([
        { path: hanging, problem: expect.stringContaining('does not answer') },
      ]);
    } finally {
      server.kill('SIGCONT');
      const ended = once(server, 'exit');
      execFileSync('fusermount3', ['-u', '-z', hanging]);
      await ended;
    }
  });
});
