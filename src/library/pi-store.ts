/**
 * `pis.json` in the library: names, notes and wishes of the user for each Pi. It is no register of backups: without it, nothing is
 * lost but these. The app and the command line share it.
 */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as v from 'valibot';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { english } from '../language/english.ts';
import { say } from '../language/say.ts';
import { syncPath } from './names-on-disk.ts';
import { type Patience, patiently } from './patience.ts';
import type { Pi } from './pi-groups.ts';
import {
  MAX_IDS,
  MAX_RECORDS,
  noPreferences,
  type PiPreferences,
  type PiRecord,
  type PisFile,
  pisFileSchema,
} from './pi-preferences.ts';
import { recordOfPi } from './record-of-pi.ts';

export const PIS_FILE = 'pis.json';
/** RFC 1123 allows 253; only a manifest that somebody wrote by hand has more. */
const MAX_HOSTNAME_LETTERS = 253;

const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_BROKEN = 20;
const PATIENCE: Patience = { patienceMs: 10_000 };

export interface PiStore {
  /** What went wrong while reading the file, in one sentence; null if nothing did. */
  readonly warning: string | null;
  /** What is set for a Pi; the defaults where nothing is. `pis` are all of the library. */
  of(pi: Pi, pis: readonly Pi[]): PiPreferences;
  /** What it is called: the name that the user gave it, else its hostname or title. */
  nameOf(pi: Pi, pis: readonly Pi[]): string;
  /** Saves what changed, beside what others saved meanwhile. Throws SETTINGS_INVALID when the file cannot be written. */
  update(pi: Pi, pis: readonly Pi[], change: Partial<PiPreferences>): Promise<PiPreferences>;
}

/** Never throws: a missing file is one without Pis, a broken one is set aside as `pis.json.broken` with a warning. */
export async function openPiStore(library: string): Promise<PiStore> {
  const file = path.join(library, PIS_FILE);
  const { content, warning } = await load(file);
  return new FilePiStore(file, content, warning);
}

const empty: PisFile = { schema: 1, pis: [] };

class FilePiStore implements PiStore {
  readonly warning: string | null;
  readonly #file: string;
  #content: PisFile;
  /** Saves run one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, content: PisFile, warning: string | null) {
    this.#file = file;
    this.#content = content;
    this.warning = warning;
  }

  of(pi: Pi, pis: readonly Pi[]): PiPreferences {
    const record = recordOfPi(pi, this.#content.pis, pis);
    return record === null ? noPreferences : preferencesOf(record);
  }

  nameOf(pi: Pi, pis: readonly Pi[]): string {
    return this.of(pi, pis).name ?? pi.title;
  }

  update(pi: Pi, pis: readonly Pi[], change: Partial<PiPreferences>): Promise<PiPreferences> {
    const saving = this.#last.then(async () => {
      const { content, isForeign } = await load(this.#file);
      if (isForeign) throw invalid(this.#file, english`a newer PiKeep wrote it`);
      const old = recordOfPi(pi, content.pis, pis);
      const next: PiRecord = {
        ...(old ?? noPreferences),
        ...change,
        key: pi.key,
        ids: [...new Set([...pi.ids, ...(old?.ids ?? [])])].slice(0, MAX_IDS),
        hostname: pi.hostname?.slice(0, MAX_HOSTNAME_LETTERS) ?? null,
      };
      const others = content.pis.filter((record) => record !== old);
      if (others.length >= MAX_RECORDS) throw invalid(this.#file, english`it is full`);
      const changed: PisFile = { ...content, pis: [...others, next] };
      await save(this.#file, changed);
      this.#content = changed;
      return preferencesOf(next);
    });
    this.#last = saving.catch(() => undefined);
    return saving;
  }
}

function preferencesOf(record: PiRecord): PiPreferences {
  const { name, note, colour, remindDays, handsFree, keep, verifyEveryDays } = record;
  return { name, note, colour, remindDays, handsFree, keep, verifyEveryDays };
}

interface Loaded {
  readonly content: PisFile;
  readonly warning: string | null;
  /** Of another schema: it is not ours to replace. */
  readonly isForeign: boolean;
}

async function load(file: string): Promise<Loaded> {
  const nothing = (warning: string | null, isForeign = false): Loaded => ({
    content: empty,
    warning,
    isForeign,
  });
  let text: string;
  try {
    text = await patiently(() => readText(file), PATIENCE);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return nothing(null);
    const why = errnoOf(error) ?? say`no answer`;
    return nothing(say`The names of your Pis in ${file} could not be read (${why}).`, true);
  }
  const data = parseJson(text);
  const result = v.safeParse(pisFileSchema, data);
  if (result.success) return { content: result.output, warning: null, isForeign: false };
  if (v.is(v.looseObject({ schema: v.pipe(v.number(), v.minValue(2)) }), data)) {
    return nothing(say`The names of your Pis in ${file} were written by a newer PiKeep.`, true);
  }
  return setAside(file).then(
    (kept) => nothing(say`The names of your Pis were not valid and are kept as ${kept}.`),
    (error: unknown) =>
      nothing(
        say`The names of your Pis in ${file} are not valid and could not be set aside (${errnoOf(error) ?? ''}).`,
        true,
      ),
  );
}

/** Never waits for a pipe; what is no file or too large is nonsense, like any other. A link leads elsewhere and is none. */
async function readText(file: string): Promise<string> {
  const stats = await fs.lstat(file);
  if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return '';
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await fs.open(file, flags);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Under a name that is free: what was set aside before may be all that is left of somebody's notes. */
async function setAside(file: string): Promise<string> {
  for (let count = 1; ; count++) {
    const kept = `${file}.broken${count === 1 ? '' : `-${count}`}`;
    const isFree = await fs.lstat(kept).then(
      () => false,
      (error: unknown) => errnoOf(error) === 'ENOENT',
    );
    if (!isFree && count < MAX_BROKEN) continue;
    await fs.rename(file, kept);
    return kept;
  }
}

/** Whoever reads the file sees the old or the new content, whole. */
async function save(file: string, content: PisFile): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.pis-${randomBytes(6).toString('hex')}.json`);
  try {
    const handle = await fs.open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, file);
    await syncPath(folder);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw invalid(file, english`it cannot be written (${errnoOf(error) ?? String(error)})`, error);
  }
}

function invalid(path: string, detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('SETTINGS_INVALID', { path, detail }, { cause });
}
