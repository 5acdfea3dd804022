import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshFolder } from '../../scripts/build/fresh-folder.ts';

const root = resolve(import.meta.dirname, '../..');
/** Git-ignored; sources are seen from the root of the project. */
const results = join(root, 'test-results');

let place: string;
let built: number;

beforeEach(() => {
  mkdirSync(results, { recursive: true });
  place = mkdtempSync(join(results, 'fresh-'));
  mkdirSync(join(place, 'sources/inner'), { recursive: true });
  writeFileSync(join(place, 'sources/one.txt'), 'one');
  writeFileSync(join(place, 'sources/inner/two.txt'), 'two');
  built = 0;
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function build(during: () => Promise<unknown> = async () => undefined): Promise<boolean> {
  return freshFolder({
    folder: join(place, 'out'),
    sources: [`${relative(root, place)}/sources/**/*`],
    async build(folder) {
      built += 1;
      expect(readdirSync(folder)).toEqual([]);
      await during();
      writeFileSync(join(folder, 'product'), `number ${built}`);
    },
  });
}

const product = (): string => readFileSync(join(place, 'out/product'), 'utf8');

it('is built once for the same sources', async () => {
  expect(await build()).toBe(true);
  expect(await build()).toBe(false);
  expect(built).toBe(1);
});

it.each([
  ['another content', () => writeFileSync(join(place, 'sources/inner/two.txt'), 'three')],
  ['another name', () => writeFileSync(join(place, 'sources/three.txt'), '')],
  ['one less', () => rmSync(join(place, 'sources/one.txt'))],
])('is built again, in the place of the old one, for %s', async (_what, change) => {
  await build();
  change();
  expect(await build()).toBe(true);
  expect(product()).toBe('number 2');
  expect(readdirSync(place).toSorted()).toEqual(['out', 'sources']);
});

it('stays as it was where a build fails', async () => {
  await build();
  writeFileSync(join(place, 'sources/one.txt'), 'wrong');
  await expect(build(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(product()).toBe('number 1');
  expect(readdirSync(place).toSorted()).toEqual(['out', 'sources']);
});

it('may be built twice at once: both are content, and one of the two is there', async () => {
  const other = Promise.withResolvers<boolean>();
  const first = build(async () => {
    build().then(other.resolve, other.reject);
    await other.promise;
  });
  expect(await first).toBe(true);
  expect(await other.promise).toBe(true);
  expect(readdirSync(place).toSorted()).toEqual(['out', 'sources']);
  expect(await build()).toBe(false);
});
