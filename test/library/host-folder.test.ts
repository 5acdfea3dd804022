import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostFolder } from '../../src/library/host-folder.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsSystem } from '../support/tools.ts';

const name = (text: string): Buffer => Buffer.from(text);

describe('a folder that receives files', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let top: string;
  let outside: string;
  beforeEach(() => {
    place = temporaryFolder();
    top = join(place.path, 'top');
    outside = join(place.path, 'outside');
    mkdirSync(top);
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious'), 'untouched');
  });
  afterEach(() => place.remove());

  /** Somebody puts a link in place of a folder that is being filled. */
  const replace = (folder: string): void => {
    renameSync(folder, `${folder}.moved`);
    symlinkSync(outside, folder);
  };
  const untouched = (): void => {
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('untouched');
  };

  for (const canHold of [true, false]) {
    describe.skipIf(canHold && needsSystem('linux'))(canHold ? 'held' : 'by its path', () => {
      it('takes nothing that is there already, nor follows a link', async () => {
        symlinkSync(join(outside, 'new'), join(top, 'link'));
        symlinkSync(outside, join(top, 'folder'));
        writeFileSync(join(top, 'file'), 'mine');
        const folder = await HostFolder.open(name(top), canHold);
        try {
          for (const taken of ['link', 'folder', 'file']) {
            const plain = { mode: null, modified: null };
            await expect(folder.makeFile(name(taken)), taken).rejects.toThrow('EEXIST');
            await expect(folder.makeFolder(name(taken)), taken).rejects.toThrow('EEXIST');
            await expect(folder.makeLink(name(taken), name('x'), plain)).rejects.toThrow('EEXIST');
          }
          await (await folder.makeFile(name('work'))).close();
          await (await folder.makeFolder(name('works'))).close();
          await expect(folder.rename(name('work'), name('file'), 'file')).rejects.toThrow('EEXIST');
          await expect(folder.rename(name('work'), name('link'), 'file')).rejects.toThrow('EEXIST');
          await expect(folder.rename(name('works'), name('folder'), 'folder')).rejects.toThrow();
          await folder.remove(name('folder'));
          await folder.rename(name('work'), name('done'), 'file');
        } finally {
          await folder.close();
        }
        expect(readdirSync(top).sort()).toEqual(['done', 'file', 'link', 'works']);
        expect(readFileSync(join(top, 'file'), 'utf8')).toBe('mine');
        untouched();
        await expect(HostFolder.open(name(join(top, 'link')), canHold)).rejects.toThrow();
      });

      it('is never another one that was put in its place', async () => {
        const folder = await HostFolder.open(name(top), canHold);
        const inner = await folder.makeFolder(name('inner'));
        try {
          replace(join(top, 'inner'));
          const making = inner.makeFile(name('evil'));
          if (canHold) {
            await (await making).close();
            expect(existsSync(join(top, 'inner.moved/evil'))).toBe(true);
          } else {
            await expect(making).rejects.toThrow('replaced');
          }
          untouched();
          replace(top);
          const below = folder.makeFolder(name('below'));
          if (canHold) await (await below).close();
          else await expect(below).rejects.toThrow('replaced');
          untouched();
        } finally {
          await inner.close();
          await folder.close();
        }
        expect(lstatSync(top).isSymbolicLink()).toBe(true);
      });
    });
  }
});
