/** Small JSON files of our own: read with every bound, written whole or not at all. */

import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { GenericSchema, InferOutput } from 'valibot';
import * as v from 'valibot';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { english } from '../language/english.ts';
import { syncPath } from './names-on-disk.ts';
import { readOrdinaryFile } from './ordinary-file.ts';
import { NoAnswer, patiently } from './patience.ts';

const PATIENCE_MS = 10_000;

/**
 * Null for whatever is not there, is no file, is too large, or is not of this schema: nothing depends on it that cannot be
 * found out again. Also when the volume does not answer.
 */
export async function readJsonFile<S extends GenericSchema>(
  file: string,
  schema: S,
  maxBytes: number,
): Promise<InferOutput<S> | null> {
  try {
    const patience = { patienceMs: PATIENCE_MS };
    const found = await patiently(() => readOrdinaryFile(file, maxBytes), patience);
    if (!found) return null;
    const parsed = v.safeParse(schema, JSON.parse(found.content.toString('utf8')));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    const isExpected = error instanceof NoAnswer || error instanceof SyntaxError;
    if (isExpected || errnoOf(error) !== null) return null;
    throw error;
  }
}

/** Makes the folder too. Throws SETTINGS_INVALID when it cannot be written. */
export async function writeJsonFile(file: string, content: unknown): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}-${randomBytes(6).toString('hex')}`);
  try {
    await fs.mkdir(folder, { recursive: true });
    try {
      await fs.writeFile(temporary, `${JSON.stringify(content)}\n`, { flag: 'wx', flush: true });
      await fs.rename(temporary, file);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw error;
    }
    await syncPath(folder);
  } catch (error) {
    const detail = english`it cannot be written (${errnoOf(error) ?? String(error)})`;
    throw new PiKeepError('SETTINGS_INVALID', { path: file, detail }, { cause: error });
  }
}
