import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTrayVisible } from '../../src/app/tray-place.ts';
import { fitWindow, readWindowPlace, saveWindowPlace } from '../../src/app/window-place.ts';

/** A screen whose menu bar has this height. */
function screen(x: number, width: number, bar: number) {
  return {
    bounds: { x, y: 0, width, height: 900 },
    workArea: { x, y: bar, width, height: 900 - bar },
  };
}
const plain = screen(0, 1440, 24);
const macBook = screen(0, 1512, 38);
const beside = screen(1440, 1920, 24);
const icon = (x: number, y = 0) => ({ x, y, width: 34, height: 24 });

describe('the tray icon', () => {
  it.each([
    ['in the bar', icon(1200), [plain]],
    ['in the middle of a bar without a camera', icon(700), [plain]],
    ['right of the camera', icon(900), [macBook]],
    ['on the second screen', icon(2900), [plain, beside]],
  ])('can be seen %s', (_where, at, screens) => {
    expect(isTrayVisible(at, screens)).toBe(true);
  });

  it.each([
    ['behind the camera', icon(740), [macBook]],
    ['left of all screens', icon(-60), [plain, beside]],
    ['above the screen', icon(1200, -24), [plain]],
    ['where no screen is any more', icon(2900), [plain]],
    ['of no size', { x: 1200, y: 0, width: 0, height: 0 }, [plain]],
  ])('cannot be seen %s', (_where, at, screens) => {
    expect(isTrayVisible(at, screens)).toBe(false);
  });
});

describe('the place of the window', () => {
  const area = { x: 0, y: 24, width: 1440, height: 876 };

  it('is the middle of the screen the first time, with room for the library beside its pages', () => {
    expect(fitWindow(null, area)).toEqual({ x: 220, y: 112, width: 1000, height: 700 });
  });

  it('is where it was left, as far as that is on a screen still', () => {
    const left = { x: 30, y: 60, width: 900, height: 640 };
    expect(fitWindow(left, area)).toEqual(left);
    expect(fitWindow({ ...left, x: 5000, y: -900 }, area)).toEqual({ ...left, x: 540, y: 24 });
    expect(fitWindow({ ...left, width: 9000, height: 2 }, area)).toEqual({
      ...{ x: 0, y: 60, width: 1440, height: 400 },
    });
    expect(fitWindow(null, { ...area, width: 640, height: 380 })).toEqual({
      ...{ x: 0, y: 24, width: 640, height: 380 },
    });
  });

  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-window-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is kept in a file, and forgotten when the file makes no sense', async () => {
    const file = join(folder, 'new', 'window.json');
    expect(await readWindowPlace(file)).toBeNull();
    const place = { x: -20, y: 40, width: 900, height: 640 };
    await saveWindowPlace(file, place);
    expect(await readWindowPlace(file)).toEqual(place);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(place);
    const farOut = [1e300, 2 ** 31, -(2 ** 31) - 1, 0.5].map((x) =>
      JSON.stringify({ ...place, x }),
    );
    for (const nonsense of ['', '{', 'null', '{"x":1}', ' '.repeat(2_000_000), ...farOut]) {
      await writeFile(file, nonsense);
      expect(await readWindowPlace(file)).toBeNull();
    }
    await rm(file);
    execFileSync('mkfifo', [file]);
    expect(await readWindowPlace(file)).toBeNull();
  });
});
