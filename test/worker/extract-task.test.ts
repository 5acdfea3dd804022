import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { runListFiles } from '../../src/worker/list-files-task.ts';
import type { ListFilesTask } from '../../src/worker/tasks.ts';
import { hostPath, snapshotFolder } from '../support/file-snapshot.ts';
import { tool } from '../support/file-systems.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const FILES = 2000;

/** Everything that an ordinary system has, and a few names that only another system could make. */
function fill(tree: string): void {
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), content);
  };
  for (let index = 0; index < FILES; index++) {
    const size = index % 97 === 0 ? 40_000 + index : (index * 37) % 3000;
    put(
      `usr/share/${index % 23}/${index % 7}/file ${index}.bin`,
      seededBytes(`${index}`, 'file', size),
    );
  }
  put('etc/hostname', 'octopi\n');
  put('etc/shadow', 'root:*:\n');
  chmodSync(join(tree, 'etc/shadow'), 0o640);
  put('usr/bin/sudo', 'program');
  chmodSync(join(tree, 'usr/bin/sudo'), 0o4755);
  put('var/mail/empty', '');
  chmodSync(join(tree, 'var/mail'), 0o2775);
  put('future', 'from 2040');
  put('past', 'from 1950');
  utimesSync(join(tree, 'past'), new Date(-631_152_000_000), new Date(-631_152_000_000));
  writeFileSync(hostPath(tree, 'latin\\xE9\\x0Aline'), 'odd');
  writeFileSync(join(tree, `${'n'.repeat(251)}.txt`), 'long');
  symlinkSync('../usr/lib/os-release', join(tree, 'etc/os-release'));
  put('usr/lib/os-release', 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n');
  symlinkSync('/etc/hostname', join(tree, 'var/absolute'));
  symlinkSync('x'.repeat(200), join(tree, 'var/long'));
  const sparse = openSync(join(tree, 'sparse'), 'w');
  writeSync(sparse, 'mark', 30 * MIB);
  closeSync(sparse);
  truncateSync(join(tree, 'sparse'), 60 * MIB + 1);
  put('locked/inside', 'still readable');
  chmodSync(join(tree, 'locked'), 0o555);
}

describe.skipIf(needsTools(...filesTools))('taking files out of a card', () => {
  let card: FilesCard;
  const judged = { root: '', boot: '' };

  beforeAll(() => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    mkdirSync(tree);
    mkdirSync(join(boot, 'overlays'), { recursive: true });
    fill(tree);
    writeFileSync(join(boot, 'config.txt'), 'arm_64bit=1\n');
    writeFileSync(join(boot, 'cmdline.txt'), 'root=PARTUUID=5e3da3da-02\n');
    writeFileSync(join(boot, 'kernel8.img'), seededBytes('8', 'kernel', 300_000));
    for (let index = 0; index < 40; index++) {
      writeFileSync(
        join(boot, `overlays/a long name ${index}.dtbo`),
        seededBytes(`${index}`, 'overlay', index * 31),
      );
    }
    card = makeFilesCard(folder, {
      ...{ tree, boot, rootMib: 48 },
      // mke2fs writes dates after 2038 as ones before 1970.
      forge: (root) => void tool('debugfs', ['-w', '-R', 'sif /future mtime 20400101000000', root]),
    });
    judged.root = join(folder, 'rdump');
    judged.boot = join(folder, 'mcopy');
    mkdirSync(judged.root);
    mkdirSync(judged.boot);
    tool('debugfs', ['-R', `rdump / ${judged.root}`, card.root]);
    tool('mcopy', ['-s', '-m', '-i', card.boot, '::*', judged.boot]);
  });
  afterAll(() => card?.remove());

  const same = (out: string, judge: string): void => {
    expect(snapshotFolder(out, { withOwners: false })).toEqual(
      snapshotFolder(judge, { withOwners: false }),
    );
  };

  for (const format of imageFormats) {
    it(`gives what debugfs and mcopy give: ${format}`, async () => {
      const image = await card.backUp(format, `card-${format}`);
      const out = card.out();
      const result = await card.take(image, ['/', 'boot:/'], out);
      expect(result).toMatchObject({ skipped: [], renamed: [], moreSkipped: 0 });
      expect(result.made).toEqual([join(out, 'partition 2'), join(out, 'bootfs')]);
      expect(readdirSync(out).sort()).toEqual(['bootfs', 'partition 2']);
      same(join(out, 'partition 2'), judged.root);
      same(join(out, 'bootfs'), judged.boot);
      expect(result.files).toBeGreaterThan(FILES + 40);
      expect(result.outward).toEqual([{ path: '/var/absolute', target: '/etc/hostname' }]);
    });
  }

  it('keeps rights but for the set-id bits, dates, and holes', async () => {
    const out = card.out();
    await card.take('card.img', ['2:/'], out, { destination: { kind: 'as', path: `${out}/all` } });
    const mode = (name: string): number => statSync(join(out, 'all', name)).mode & 0o7777;
    expect(mode('usr/bin/sudo')).toBe(0o755);
    expect(mode('var/mail')).toBe(0o775);
    expect(mode('etc/shadow')).toBe(0o640);
    expect(mode('locked')).toBe(0o555);
    expect(statSync(join(out, 'all/future')).mtimeMs).toBe(2_208_988_800_000);
    expect(statSync(join(out, 'all/past')).mtimeMs).toBe(-631_152_000_000);
    for (const name of ['etc', 'etc/hostname', 'var/long', 'usr/share/3/4']) {
      const [ours, theirs] = [join(out, 'all'), join(card.folder, 'tree')].map((top) =>
        Math.floor(lstatSync(join(top, name)).mtimeMs / 1000),
      );
      expect(ours, name).toBe(theirs);
    }
    const { size, blocks } = statSync(join(out, 'all/sparse'));
    expect(size).toBe(60 * MIB + 1);
    expect(blocks * 512).toBeLessThan(MIB);
  });

  it('takes what a link that is named leads to, under the name of the link', async () => {
    const out = card.out();
    const result = await card.take('card.img', ['/etc/os-release', '2:/usr/lib', '/etc'], out);
    expect(readFileSync(join(out, 'os-release'), 'utf8')).toMatch(/^PRETTY_NAME/);
    expect(lstatSync(join(out, 'os-release')).isFile()).toBe(true);
    expect(lstatSync(join(out, 'etc/os-release')).isSymbolicLink()).toBe(true);
    expect(result.outward).toEqual([{ path: '/etc/os-release', target: '../usr/lib/os-release' }]);
  });

  it('overwrites nothing, and makes nothing where one name is taken', async () => {
    const out = card.out();
    writeFileSync(join(out, 'hostname'), 'mine');
    await expect(card.take('card.img', ['/etc', '/etc/hostname'], out)).rejects.toThrow(
      'DESTINATION_EXISTS',
    );
    expect(readdirSync(out)).toEqual(['hostname']);
    expect(readFileSync(join(out, 'hostname'), 'utf8')).toBe('mine');
    await expect(card.take('card.img', ['/etc', '2:/etc'], out)).rejects.toThrow(
      'DESTINATION_EXISTS',
    );
    const as = { destination: { kind: 'as', path: join(out, 'hostname') } } as const;
    await expect(card.take('card.img', ['/etc'], out, as)).rejects.toThrow('DESTINATION_EXISTS');
    symlinkSync('nowhere', join(out, 'etc'));
    await expect(card.take('card.img', ['/etc'], out)).rejects.toThrow('DESTINATION_EXISTS');
    expect(readdirSync(out).sort()).toEqual(['etc', 'hostname']);
  });

  it('leaves nothing of what was cancelled', async () => {
    const out = card.out();
    const abort = new AbortController();
    let copied = 0;
    const taking = card.take(
      'card.img',
      ['/'],
      out,
      {},
      {
        signal: abort.signal,
        onProgress({ phase, bytes }) {
          if (phase !== 'copying' || bytes === 0) return;
          copied = bytes;
          expect(readdirSync(out)).toEqual(['partition 2.partial']);
          abort.abort();
        },
      },
    );
    await expect(taking).rejects.toSatisfy((error) => isPiKeepError(error, 'INTERRUPTED'));
    expect(copied).toBeGreaterThan(0);
    expect(readdirSync(out)).toEqual([]);
  });

  it('names what is not there, and what it means', async () => {
    const out = card.out();
    const take = (path: string): Promise<unknown> => card.take('card.img', [path], out);
    await expect(take('/none')).rejects.toThrow('NO_SUCH_FILE');
    await expect(take('/var/long')).rejects.toThrow('NO_SUCH_FILE');
    await expect(take('7:/etc')).rejects.toThrow('USAGE');
    await expect(take('etc')).rejects.toThrow('USAGE');
    await expect(take('boot:/none.txt')).rejects.toThrow('NO_SUCH_FILE');
    const nowhere = { destination: { kind: 'folder', folder: join(out, 'no') } } as const;
    await expect(card.take('card.img', ['/etc'], out, nowhere)).rejects.toThrow(
      'DESTINATION_MISSING',
    );
    expect(readdirSync(out)).toEqual([]);
  });

  it('says which files lie where the card could not be read', async () => {
    const image = await card.backUp('img', 'damaged');
    const name = 'usr/share/0/0/file 0.bin';
    const [block = ''] = tool('debugfs', ['-R', `blocks "/${name}"`, card.root]).split(' ');
    const blockBytes = 1024 * (readFileSync(card.root).readUInt32LE(1024 + 24) === 2 ? 4 : 1);
    const path = `${image}.pikeep.json`;
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    const offset = 44 * MIB + Number(block) * blockBytes;
    manifest.unreadable = [{ offset, bytes: 512, files: [] }];
    chmodSync(path, 0o644);
    writeFileSync(path, JSON.stringify(manifest));
    const out = card.out();
    const { skipped, files } = await card.take(image, ['/usr/share/0'], out);
    expect(skipped).toEqual([
      { path: `/${name}`, why: expect.stringContaining('zeros'), kept: true },
    ]);
    expect(files).toBe(
      readdirSync(join(out, '0'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length,
    );
    expect(existsSync(join(out, '0/0/file 0.bin'))).toBe(true);
  });

  it('unpacks an image of another program once, if that is agreed to', async () => {
    const packed = join(card.folder, 'foreign.img.gz');
    writeFileSync(packed, new Uint8Array());
    const { gzipSync } = await import('node:zlib');
    writeFileSync(packed, gzipSync(readFileSync(card.card), { level: 1 }));
    const out = card.out();
    await expect(card.take(packed, ['/etc'], out)).rejects.toThrow('NEEDS_UNPACKING');
    expect(existsSync(card.cacheFolder)).toBe(false);
    await card.take(packed, ['/etc'], out, { unpack: true });
    const [entry = ''] = readdirSync(card.cacheFolder);
    const kept = statSync(join(card.cacheFolder, entry));
    expect(readFileSync(join(card.cacheFolder, entry)).equals(readFileSync(card.card))).toBe(true);
    expect(kept.blocks * 512).toBeLessThan(kept.size / 2);
    await card.take(packed, ['boot:/config.txt'], out);
    expect(statSync(join(card.cacheFolder, entry)).ino).toBe(kept.ino);
    utimesSync(packed, 1, 1);
    await expect(card.take(packed, ['/etc/hosts'], out)).rejects.toThrow('NEEDS_UNPACKING');
    writeFileSync(packed, readFileSync(packed).subarray(0, 100_000));
    await expect(card.take(packed, ['/usr'], out, { unpack: true })).rejects.toThrow(
      'IMAGE_DAMAGED',
    );
    expect(readdirSync(card.cacheFolder)).toEqual([entry]);
  });

  it('lists in pages, sorted, and finds names', async () => {
    const list = (more: Partial<ListFilesTask>) =>
      runListFiles(
        {
          ...{ task: 'list-files', target: 'card.img', source: card.source, path: '/' },
          ...{ recursive: false, search: null, offset: 0, limit: 20_000 },
          ...{ unpack: false, cacheFolder: card.cacheFolder, ...more },
        },
        taskContext(),
      );
    const all = await list({ path: '/usr/share/0/0' });
    const names = readdirSync(join(card.folder, 'tree/usr/share/0/0'));
    expect(all.files.map(({ name }) => name)).toEqual(names.sort());
    const pages = await Promise.all(
      [0, 5, 10].map((offset) => list({ path: '/usr/share/0/0', offset, limit: 5 })),
    );
    const paged = pages.flatMap(({ files }) => files.map(({ name }) => name));
    expect(paged).toEqual(names.slice(0, paged.length));
    expect(pages[0]?.isMore).toBe(true);
    const everything = await list({ recursive: true });
    expect(everything.files.length).toBe(Object.keys(snapshotFolder(judged.root)).length);
    const found = await list({ recursive: true, search: 'FILE 77.BIN' });
    expect(found.files.map(({ path }) => path)).toEqual(['/usr/share/8/0/file 77.bin']);
    const partitions = await list({ path: null });
    expect(partitions).toMatchObject({
      files: [],
      partitions: [
        { partition: 1, fileSystem: 'fat32', label: 'bootfs', role: 'boot', trouble: null },
        { partition: 2, fileSystem: 'ext4', role: 'system', trouble: null },
      ],
    });
  });
});
