/**
 * The Trash of Linux desktops (freedesktop.org, "The FreeDesktop.org Trash specification" 1.0): a file is moved into a folder
 * of its own volume, beside a note of where it was. Written by ourselves, because `gio trash` is not on every computer.
 */

import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type { Trash } from '../ports.ts';

export interface TrashPlace {
  readonly home: string;
  /** `$XDG_DATA_HOME`; only an absolute path counts (XDG Base Directory Specification). */
  readonly dataHome: string | undefined;
  readonly uid: number;
}

/** S_ISVTX (man 7 inode). */
const STICKY = 0o1000;
/** Files of one name in the Trash that are told apart by a number, at most. */
const MAX_SAME_NAME = 10_000;

export function createLinuxTrash(place: TrashPlace = ownPlace()): Trash {
  return {
    async move(file) {
      try {
        await moveToTrash(file, place);
      } catch (error) {
        if (error instanceof PiKeepError) throw error;
        const errno = errnoOf(error);
        if (errno === null) throw error;
        throw refused(file, `the system says ${errno}`, error);
      }
    },
  };
}

function ownPlace(): TrashPlace {
  const dataHome = process.env['XDG_DATA_HOME'];
  return { home: homedir(), dataHome, uid: process.getuid?.() ?? 0 };
}

interface Can {
  readonly folder: string;
  /** What the notes' paths are relative to; null: they are absolute. */
  readonly top: string | null;
}

async function moveToTrash(file: string, place: TrashPlace): Promise<void> {
  const { dev } = await fs.lstat(file);
  const can = (await homeCan(dev, place)) ?? (await volumeCan(file, dev, place.uid));
  const files = path.join(can.folder, 'files');
  const info = path.join(can.folder, 'info');
  await fs.mkdir(files, { recursive: true, mode: 0o700 });
  await fs.mkdir(info, { recursive: true, mode: 0o700 });
  const where = path.join(await fs.realpath(path.dirname(file)), path.basename(file));
  const noted = can.top === null ? where : path.relative(can.top, where);
  const { note, name } = await writeNote(info, path.basename(file), noted);
  try {
    await moveInto(file, path.join(files, name));
  } catch (error) {
    await fs.rm(note, { force: true });
    throw error;
  }
}

/** Null when the file is on another volume: moving it home would mean to copy an image of many gigabytes. */
async function homeCan(dev: number, { home, dataHome }: TrashPlace): Promise<Can | null> {
  const data =
    dataHome && path.isAbsolute(dataHome) ? dataHome : path.join(home, '.local', 'share');
  const folder = path.join(data, 'Trash');
  if ((await deviceBelow(folder)) !== dev) return null;
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  return { folder, top: null };
}

/** `.Trash/UID` where an administrator has made a sticky `.Trash` that is no link, else `.Trash-UID` at the top of the volume. */
async function volumeCan(file: string, dev: number, uid: number): Promise<Can> {
  const top = await topOf(file, dev);
  const shared = path.join(top, '.Trash');
  const stats = await fs.lstat(shared).catch(() => null);
  const own =
    stats?.isDirectory() && (stats.mode & STICKY) !== 0
      ? path.join(shared, String(uid))
      : path.join(top, `.Trash-${uid}`);
  try {
    await fs.mkdir(own, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') {
      throw refused(
        file,
        `its volume has no Trash, and none can be made (${errnoOf(error)})`,
        error,
      );
    }
  }
  const made = await fs.lstat(own);
  // Somebody else's folder, or a link to one, is no place for this user's files.
  if (!made.isDirectory() || made.uid !== uid || made.dev !== dev) {
    throw refused(file, `${own} is not a Trash of this user`);
  }
  return { folder: own, top };
}

async function topOf(file: string, dev: number): Promise<string> {
  let top = await fs.realpath(path.dirname(file));
  while (path.dirname(top) !== top && (await fs.lstat(path.dirname(top))).dev === dev) {
    top = path.dirname(top);
  }
  return top;
}

async function deviceBelow(folder: string): Promise<number> {
  try {
    return (await fs.stat(folder)).dev;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    return deviceBelow(path.dirname(folder));
  }
}

/** The note comes first, and claims the name: "the O_EXCL flag" as the specification has it. */
async function writeNote(
  info: string,
  base: string,
  where: string,
): Promise<{ note: string; name: string }> {
  const text = `[Trash Info]\nPath=${escaped(where)}\nDeletionDate=${localTime(new Date())}\n`;
  for (let count = 1; count <= MAX_SAME_NAME; count++) {
    const name = count === 1 ? base : numbered(base, count);
    const note = path.join(info, `${name}.trashinfo`);
    try {
      await fs.writeFile(note, text, { flag: 'wx', mode: 0o600 });
      return { note, name };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
  throw refused(where, 'there are too many files of its name in the Trash');
}

/** The note has claimed the name; a file that lies there without a note is not replaced all the same. */
async function moveInto(file: string, target: string): Promise<void> {
  const isThere = await fs.lstat(target).then(
    () => true,
    () => false,
  );
  if (isThere) throw refused(file, `${target} is in the way`);
  await fs.rename(file, target);
}

function numbered(base: string, count: number): string {
  const { name, ext } = path.parse(base);
  return `${name}.${count}${ext}`;
}

/** As in a URL, with the slashes left (RFC 2396, section 2). */
function escaped(where: string): string {
  return where.split('/').map(encodeURIComponent).join('/');
}

/** "2026-11-22T16:40:05", local, without a zone. */
function localTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function refused(path: string, detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('TRASH_UNAVAILABLE', { path, detail }, { cause });
}
