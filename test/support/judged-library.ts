/**
 * What lies in a library after something went wrong, and whether it may be there. The judges are other programs: `gzip` and
 * `zstd` unpack, `cmp` compares with what an undisturbed backup of the card looks like.
 */

import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findLeftovers } from '../../src/library/leftovers.ts';
import { tool } from './file-systems.ts';

export interface JudgedLibrary {
  /** File names of images under a final name, each of them proven. */
  readonly images: readonly string[];
  /** Those called "(incomplete)", which are not compared. */
  readonly incomplete: readonly string[];
  /** File names of partial images that are recognised as such. */
  readonly partials: readonly string[];
  /** Partials that can be continued. */
  readonly continuable: readonly string[];
  /** What breaks a promise: sentences. */
  readonly broken: readonly string[];
}

const FINAL = /\.img(?:\.gz|\.zst)?$/;
const PARTIAL = /\.img(?:\.gz|\.zst)?\.partial$/;

/** `reference` is a plain image; `scratch` a folder for unpacking. Nobody may be at work in the library. */
export async function judgeLibrary(
  library: string,
  reference: string,
  scratch: string,
): Promise<JudgedLibrary> {
  const files = filesBelow(library);
  const broken: string[] = [];
  const finals = files.filter((path) => FINAL.test(path));
  const incomplete = finals.filter((path) => path.includes('(incomplete)'));
  const images = finals.filter((path) => !incomplete.includes(path));
  for (const image of finals) broken.push(...besideProblems(image));
  for (const image of images) {
    if (image.includes('(unverified)')) broken.push(`${basename(image)} is called unverified`);
    else if (!isSame(image, reference, scratch)) broken.push(`${basename(image)} is not the card`);
  }
  const leftovers = (await findLeftovers(library)).map(({ file }) => file);
  const partials = files.filter((path) => PARTIAL.test(path));
  for (const partial of partials) {
    if (!leftovers.includes(partial)) broken.push(`${basename(partial)} is not recognised`);
  }
  for (const file of files) {
    const belongs = [...finals, ...leftovers].some((owner) => isBeside(file, owner));
    if (!belongs) broken.push(`nobody owns ${basename(file)}`);
  }
  return {
    images: images.map((path) => basename(path)),
    incomplete: incomplete.map((path) => basename(path)),
    partials: partials.map((path) => basename(path)),
    continuable: (await findLeftovers(library))
      .filter(({ unfinished }) => unfinished !== null)
      .map(({ name }) => name),
    broken,
  };
}

/** Compares an image of any format with a plain one. */
export function isSame(image: string, reference: string, scratch: string): boolean {
  const plain = join(scratch, 'unpacked');
  try {
    if (image.endsWith('.img')) tool('cmp', ['-s', image, reference]);
    else {
      const unpack = image.endsWith('.gz') ? 'gzip -dc' : 'zstd -dcq';
      tool('sh', [
        '-c',
        `${unpack} "$1" > "$2" && cmp -s "$2" "$3"`,
        'sh',
        image,
        plain,
        reference,
      ]);
    }
    return true;
  } catch (error) {
    // 1 is "different" of cmp, and what gzip and zstd say of a damaged file.
    if (error instanceof Error && 'status' in error && error.status === 1) return false;
    throw error;
  } finally {
    rmSync(plain, { force: true });
  }
}

export function filesBelow(folder: string): string[] {
  return globSync('**/{*,.*}', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
}

/** A final name has its manifest and its block map beside it, and the manifest says that it was proven. */
function besideProblems(image: string): string[] {
  const name = basename(image);
  const manifest = `${image}.pikeep.json`;
  if (!existsSync(manifest)) return [`${name} has no manifest`];
  const { verified } = JSON.parse(readFileSync(manifest, 'utf8'));
  const problems = verified ? [] : [`${name} was never proven`];
  if (!existsSync(image.replace(FINAL, '.bmap'))) problems.push(`${name} has no block map`);
  return problems;
}

/** The image itself, its manifest and its block map; the same with the notes of what never came to be. */
function isBeside(file: string, owner: string): boolean {
  const final = owner.replace(/\.partial$/, '');
  const beside = [final, `${final}.pikeep.json`, final.replace(FINAL, '.bmap')];
  const ofPartial = ['', '.json', '.checkpoint'].map((end) => `${final}.partial${end}`);
  return (owner === final ? beside : [...beside, ...ofPartial]).includes(file);
}
