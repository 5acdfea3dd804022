import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLinuxTrash } from '../../../src/platform/linux/trash.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { needsSystem, needsTools } from '../../support/tools.ts';

const uid = process.getuid?.() ?? 0;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const place = (home = 'home') => ({ home: join(folder.path, home), dataHome: undefined, uid });
const trashOf = (home = 'home') => join(folder.path, home, '.local/share/Trash');
const file = (name: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, 'content');
  chmodSync(path, 0o444);
  return path;
};
/** What a note says, without when. */
const note = (path: string) =>
  readFileSync(path, 'utf8').replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, 'TIME');

describe.skipIf(needsSystem('linux'))('the Trash', () => {
  it.skipIf(needsTools('gio'))('is what gio makes of the same files', async () => {
    mkdirSync(join(folder.path, 'gio'));
    for (const name of ['ümlaut (2) 100%.img', 'a#b&c+d.img', 'plain 2026-11-22 16.40.img']) {
      execFileSync('gio', ['trash', file(name)], {
        env: {
          ...process.env,
          HOME: join(folder.path, 'gio'),
          XDG_DATA_HOME: join(folder.path, 'gio/.local/share'),
        },
      });
      await createLinuxTrash(place()).move(file(name));
      expect(existsSync(join(folder.path, name))).toBe(false);
      const [ours, theirs] = [trashOf(), trashOf('gio')].map((trash) =>
        decodeURIComponent(note(join(trash, 'info', `${name}.trashinfo`))),
      );
      expect(ours).toBe(theirs);
      expect(readFileSync(join(trashOf(), 'files', name), 'utf8')).toBe('content');
    }
    expect(statSync(join(trashOf(), 'files')).mode & 0o777).toBe(0o700);
  });

  it('keeps several files of one name', async () => {
    const trash = createLinuxTrash(place());
    for (let at = 0; at < 3; at++) await trash.move(file('a.img'));
    expect(readdirSync(join(trashOf(), 'files')).sort()).toEqual(['a.2.img', 'a.3.img', 'a.img']);
    expect(readdirSync(join(trashOf(), 'info'))).toHaveLength(3);
  });

  it('replaces nothing that lies in it without a note', async () => {
    mkdirSync(join(trashOf(), 'files'), { recursive: true });
    writeFileSync(join(trashOf(), 'files', 'a.img'), 'older');
    const path = file('a.img');
    await expect(createLinuxTrash(place()).move(path)).rejects.toMatchObject({
      code: 'TRASH_UNAVAILABLE',
    });
    expect([existsSync(path), readdirSync(join(trashOf(), 'info'))]).toEqual([true, []]);
  });

  describe.skipIf(uid !== 0)('of another volume', () => {
    let volume: string;
    beforeEach(() => {
      volume = join(folder.path, 'volume');
      mkdirSync(volume);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'none', volume]);
    });
    afterEach(() => execFileSync('umount', [volume]));

    it('lies at its top, with paths from there', async () => {
      mkdirSync(join(volume, 'library'));
      await createLinuxTrash(place()).move(file('volume/library/a b.img'));
      expect(existsSync(join(volume, `.Trash-${uid}/files/a b.img`))).toBe(true);
      expect(note(join(volume, `.Trash-${uid}/info/a b.img.trashinfo`))).toBe(
        '[Trash Info]\nPath=library/a%20b.img\nDeletionDate=TIME\n',
      );
      expect(existsSync(trashOf())).toBe(false);
    });

    it('is the shared one only where that is sticky', async () => {
      mkdirSync(join(volume, '.Trash'));
      chmodSync(join(volume, '.Trash'), 0o1777);
      await createLinuxTrash(place()).move(file('volume/a.img'));
      expect(readdirSync(join(volume, '.Trash', String(uid), 'files'))).toEqual(['a.img']);
      chmodSync(join(volume, '.Trash'), 0o777);
      await createLinuxTrash(place()).move(file('volume/b.img'));
      expect(readdirSync(join(volume, `.Trash-${uid}`, 'files'))).toEqual(['b.img']);
    });

    it('is no link to somewhere else', async () => {
      mkdirSync(join(folder.path, 'elsewhere'));
      symlinkSync(join(folder.path, 'elsewhere'), join(volume, `.Trash-${uid}`));
      const path = file('volume/a.img');
      await expect(createLinuxTrash(place()).move(path)).rejects.toMatchObject({
        code: 'TRASH_UNAVAILABLE',
      });
      expect([existsSync(path), readdirSync(join(folder.path, 'elsewhere'))]).toEqual([true, []]);
    });
  });
});
