/** The files of the built page, read once into memory: what is not in the list cannot be asked for. */

import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { Answer, AnswerType } from './answer.ts';

const typeOf: Readonly<Record<string, AnswerType>> = {
  '.html': 'html',
  '.js': 'js',
  '.css': 'css',
  '.svg': 'svg',
  '.png': 'png',
};

/** By name, with "/" between folders; the page itself is "". Throws UNSUPPORTED when there is no built page. */
export async function loadAssets(folder: string): Promise<ReadonlyMap<string, Answer>> {
  const assets = new Map<string, Answer>();
  for (const path of await filesBelow(folder)) {
    const type = typeOf[extname(path)];
    if (type === undefined) continue;
    const name = relative(folder, path).split(sep).join('/');
    assets.set(name === 'index.html' ? '' : name, {
      status: 200,
      type,
      body: await readFile(path),
    });
  }
  if (!assets.has('')) throw notBuilt();
  return assets;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw notBuilt();
    throw error;
  }
}

function notBuilt(): PiKeepError {
  return new PiKeepError('UNSUPPORTED', {
    what: 'showing the panel before it is built (npm run build)',
  });
}
