import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotFolder } from '../support/file-snapshot.ts';
import { tool } from '../support/file-systems.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { needsLoop, needsRoot, needsTools } from '../support/tools.ts';

const GIB = 1024 ** 3;

/** Names of one length in a folder, changed to what no tool would write. */
function rename(root: string, from: string, to: string): void {
  const bytes = readFileSync(root);
  const wanted = Buffer.from(from);
  let found = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
    // An entry of a folder (ext4: inode, length of the entry, length of the name, kind, name).
    if (bytes[at - 2] !== wanted.length || (bytes[at - 1] ?? 9) > 8) continue;
    bytes.write(to, at, 'latin1');
    found++;
  }
  if (found !== 1) throw new Error(`${from} was found ${found} times`);
  writeFileSync(root, bytes);
}

describe.skipIf(needsTools(...filesTools))('taking files out of a hostile card', () => {
  let card: FilesCard;
  let outside: string;

  beforeAll(() => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    outside = join(folder, 'outside');
    for (const path of [tree, boot, outside]) mkdirSync(path);
    writeFileSync(join(outside, 'precious'), 'untouched');
    for (const name of ['etc', 'deep', 'trbp_1', 'many']) mkdirSync(join(tree, name));
    writeFileSync(join(boot, 'config.txt'), '');
    writeFileSync(join(boot, 'kernel8.img'), Buffer.alloc(100_000, 1));
    // Names of the same length as what they become.
    for (const name of ['..@..@outside@evil', '@etc@evil_', 'zq', 'nul_name']) {
      writeFileSync(join(tree, 'etc', name), `evil ${name}`);
    }
    for (const name of ['new\nline', '\u001b[31mred', '-rf', ' ', 'a\\b', '\u202egpj', 'CON']) {
      writeFileSync(join(tree, 'etc', name), name);
    }
    symlinkSync(outside, join(tree, 'trap_1'));
    writeFileSync(join(tree, 'trbp_1/precious'), 'evil');
    writeFileSync(join(tree, 'trbp_1/new'), 'evil');
    symlinkSync(join(outside, 'precious'), join(tree, 'fila_1'));
    writeFileSync(join(tree, 'filb_1'), 'evil');
    symlinkSync('../../../outside/precious', join(tree, 'deep/up'));
    symlinkSync('.', join(tree, 'deep/self'));
    symlinkSync('round', join(tree, 'deep/round'));
    for (const name of ['huge', 'flat', 'sock', 'damaged']) writeFileSync(join(tree, name), name);
    let path = join(tree, 'many');
    for (let depth = 0; depth < 230; depth++) {
      path = `${path}/d`;
      mkdirSync(path);
    }
    writeFileSync(`${path}/lost`, '');
    card = makeFilesCard(folder, {
      ...{ tree, boot, rootMib: 16, args: ['-O', '^metadata_csum,^has_journal'] },
      forge(root) {
        const commands = [
          ...['cd /etc', 'mknod console c 5 1', 'mknod disk b 8 0', 'mknod fifo p', 'cd /'],
          ...['mkdir /loop', 'ln /loop /loop/again', 'ln / /loop/root'],
          ...['sif /huge size 17592186044416', 'sif /sock mode 0140644'],
          // What says where its blocks are is none of its form any more.
          'sif /damaged block[0] 0',
        ];
        tool('debugfs', ['-w', root], `${commands.join('\n')}\nquit\n`);
        rename(root, '..@..@outside@evil', '../../outside/evil');
        rename(root, '@etc@evil_', '/etc/evil_');
        rename(root, 'zq', '..');
        rename(root, 'nul_name', 'nul\0name');
        rename(root, 'trbp_1', 'trap_1');
        rename(root, 'filb_1', 'fila_1');
      },
    });
  });
  afterAll(() => card?.remove());

  it('makes nothing outside of the destination, and nothing but files, folders and links', async () => {
    const out = card.out();
    const before = snapshotFolder(card.folder);
    const result = await card.take('card.img', ['/'], out);
    const after = snapshotFolder(card.folder);
    const made = Object.keys(after).filter((path) => !(path in before));
    const top = out.slice(card.folder.length);
    for (const path of made) expect(path.startsWith(`${top}/partition 2`), path).toBe(true);
    for (const [path, what] of Object.entries(before)) {
      if (path !== top) expect(after[path], path).toBe(what);
    }
    const kinds = new Set(made.map((path) => after[path]?.split(' ')[0]));
    expect([...kinds].sort()).toEqual(['file', 'folder', 'link']);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('untouched');
    const skipped = new Map(result.skipped.map(({ path, why }) => [path, why]));
    expect(skipped.get('/etc/console')).toBe('it is a device node');
    expect(skipped.get('/etc/disk')).toBe('it is a device node');
    expect(skipped.get('/etc/fifo')).toBe('it is a named pipe');
    expect(skipped.has('/damaged')).toBe(true);
    expect(skipped.get('/sock')).toBe('it is a socket');
    const words = result.skipped.map(({ path, why }) => `${path} ${why}`).join('\n');
    expect(words).toContain('too deep');
    expect(words).toMatch(/^\/loop\/again it is a folder that was entered before$/m);
    const names = readdirSync(join(out, 'partition 2/etc'));
    for (const name of [
      '..\\x2F..\\x2Foutside\\x2Fevil',
      '\\x2Fetc\\x2Fevil_',
      '-rf',
      'new\nline',
    ]) {
      expect(names, name).toContain(name);
    }
    expect(readlinkSync(join(out, 'partition 2/deep/up'))).toBe('../../../outside/precious');
    const outward = result.outward.map(({ path }) => path);
    expect(outward).toEqual(expect.arrayContaining(['/trap_1', '/fila_1', '/deep/up']));
    expect(outward).not.toContain('/deep/self');
    expect(result.renamed.map(({ path }) => path)).toContain('/trap_1');
  });

  it('holds a file of 16 TB, if the destination can, without its holes', async () => {
    const out = card.out();
    const result = await card.take('card.img', ['/huge', '/flat'], out);
    expect(readFileSync(join(out, 'flat'), 'utf8')).toBe('flat');
    const skipped = result.skipped.find(({ path }) => path === '/huge');
    if (skipped) expect(skipped.why).toContain('larger than a file can be');
    else expect(statSync(join(out, 'huge')).size).toBe(16 * 1024 * GIB);
    expect(readdirSync(out).every((name) => !name.endsWith('.partial'))).toBe(true);
  });

  describe.skipIf(needsRoot() || needsLoop())('destinations', () => {
    const mount = (...args: string[]): void => void execFileSync('mount', args);
    const fits = (out: string): boolean => {
      const file = join(out, 'trial');
      writeFileSync(file, '');
      try {
        truncateSync(file, 16 * 1024 * GIB);
        return true;
      } catch {
        return false;
      } finally {
        rmSync(file);
      }
    };
    const umount = (path: string): void => void execFileSync('umount', [path]);

    it('that are too small are refused before anything is made', async () => {
      const out = card.out();
      mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', out);
      try {
        await expect(card.take('card.img', ['/flat', 'boot:/'], out)).rejects.toThrow(
          'DESTINATION_TOO_SMALL',
        );
        expect(readdirSync(out)).toEqual([]);
        // One that claims more than there is room for, but has little in it.
        if (fits(out)) await card.take('card.img', ['/huge'], out);
      } finally {
        umount(out);
      }
    });

    it('that run full are left without what did not fit', async () => {
      const out = card.out();
      // Every file takes a page there, however small it is.
      mount('-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', out);
      try {
        await expect(card.take('card.img', ['/flat', '/etc'], out)).rejects.toThrow(
          'DESTINATION_FULL',
        );
        expect(readdirSync(out)).toEqual(['flat']);
      } finally {
        umount(out);
      }
    });

    it('that are read-only are named', async () => {
      const out = card.out();
      mount('-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', out);
      try {
        await expect(card.take('card.img', ['/flat'], out)).rejects.toThrow(
          'DESTINATION_NOT_WRITABLE',
        );
      } finally {
        umount(out);
      }
    });
  });
});
