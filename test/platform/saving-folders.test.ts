import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askForFolder } from '../../src/app/ask-for-folder.ts';
import { newDownloadFolder } from '../../src/platform/download-folder.ts';
import { watchFolder } from '../../src/platform/watch-folder.ts';
import { patience } from '../support/patience.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pikeep-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('a new folder for what is saved', () => {
  it('lies in Downloads, else in the home folder, and is always another one', async () => {
    expect(await newDownloadFolder(home, 'octopi')).toBe(join(home, 'Files of octopi'));
    const downloads = join(home, 'Downloads');
    await mkdir(downloads);
    expect(await newDownloadFolder(home, 'octopi')).toBe(join(downloads, 'Files of octopi'));
    expect(await newDownloadFolder(home, 'octopi')).toBe(join(downloads, 'Files of octopi 2'));
  });

  it.each([
    ['../../etc', 'Files of etc'],
    ['a/b\u0000c\nd', 'Files of a b c d'],
    ['\u202E', 'Files of an image'],
    ['..', 'Files of an image'],
    ['x'.repeat(300), `Files of ${'x'.repeat(60)}`],
  ])('is called after a title that can be anything: %j', async (title, name) => {
    expect(await newDownloadFolder(home, title)).toBe(join(home, name));
    expect(await readdir(home)).toEqual([name]);
  });

  it('cannot be made where nothing can be', async () => {
    await expect(newDownloadFolder('/dev/null', 'octopi')).rejects.toMatchObject({
      code: 'DESTINATION_NOT_WRITABLE',
    });
  });
});

describe('the dialog of the app', () => {
  it('asks for a folder, and takes no for an answer', async () => {
    const showOpenDialog = vi.fn(async (..._given: unknown[]) => ({
      canceled: false,
      filePaths: ['/h/here'],
    }));
    expect(await askForFolder({ showOpenDialog }, 'octopi')).toBe('/h/here');
    expect(showOpenDialog.mock.calls[0]?.[0]).toMatchObject({
      properties: ['openDirectory', 'createDirectory'],
    });
    const cancel = async () => ({ canceled: true, filePaths: [] });
    expect(await askForFolder({ showOpenDialog: cancel }, 'octopi')).toBe(null);
  });
});

describe('a folder that is watched', () => {
  it('says once that it has changed, and nothing after it is closed', async () => {
    const changed = vi.fn();
    const watch = watchFolder(home, changed);
    expect(watch.isWatching).toBe(true);
    await writeFile(join(home, '1.img'), 'a');
    await rename(join(home, '1.img'), join(home, '2.img'));
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1), patience);
    await watch.close();
    await watch.close();
    expect(watch.isWatching).toBe(false);
  });

  it('is not watched when it is not there', async () => {
    const watch = watchFolder(join(home, 'nowhere'), () => undefined);
    expect(watch.isWatching).toBe(false);
    await watch.close();
  });
});
