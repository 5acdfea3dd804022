/** A real tree of about a given size: files that are on this computer anyway, logs, and things that do not compress. */

import { once } from 'node:events';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { seededBytes } from './seeded.ts';

const MIB = 1024 * 1024;
const AT_ONCE = 16;
const LARGEST_COPIED = 64 * MIB;
/** How much of the tree is copied, and how much of the rest is text; what remains are "photographs". */
const COPIED_SHARE = 0.7;
const TEXT_SHARE = 0.15;

/** `sources` are folders whose files are copied in the order of their names until there is enough. Returns the bytes. */
export async function fillTree(
  root: string,
  bytes: number,
  sources: readonly string[],
  seed: string,
): Promise<number> {
  const copied = await copyFiles(root, Math.floor(bytes * COPIED_SHARE), sources);
  const text = Math.floor(bytes * TEXT_SHARE);
  await writeLogs(join(root, 'var/log'), text);
  const photographs = Math.max(0, bytes - copied - text);
  await writePhotographs(join(root, 'home/pi/Pictures'), photographs, seed);
  return copied + text + photographs;
}

async function copyFiles(root: string, bytes: number, sources: readonly string[]): Promise<number> {
  let chosen = 0;
  const copying = new Set<Promise<void>>();
  for (const source of sources) {
    for await (const file of filesBelow(source)) {
      if (chosen >= bytes) break;
      const { size } = await stat(file);
      if (size > LARGEST_COPIED || chosen + size > bytes) continue;
      chosen += size;
      const copy = copyInto(join(root, 'opt', relative(dirname(source), file)), file);
      copying.add(copy);
      void copy.then(() => copying.delete(copy));
      if (copying.size >= AT_ONCE) await Promise.race(copying);
    }
  }
  await Promise.all(copying);
  return chosen;
}

async function copyInto(target: string, file: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(file, target, constants.COPYFILE_FICLONE);
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function writeLogs(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  let left = bytes;
  for (let number = 0; left > 0; number++) {
    const wanted = Math.min(left, 8 * MIB);
    const stream = createWriteStream(join(folder, `daemon.log.${number}`));
    let written = 0;
    for (let line = 0; written < wanted; line++) {
      const text = logLine(number, line)
        .repeat(1)
        .slice(0, wanted - written);
      written += text.length;
      if (!stream.write(text)) await once(stream, 'drain');
    }
    stream.end();
    await finished(stream);
    left -= wanted;
  }
}

function logLine(file: number, line: number): string {
  const second = (file * 97_003 + line * 7) % 86_400;
  const clock = new Date(second * 1000).toISOString().slice(11, 19);
  return `Oct 01 ${clock} octopi octoprint[${700 + (line % 31)}]: layer ${line % 420}, tool at ${(second * 37) % 200} degrees\n`;
}

async function writePhotographs(folder: string, bytes: number, seed: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  let left = bytes;
  for (let number = 0; left > 0; number++) {
    const size = Math.min(left, (1 + (number % 12)) * MIB);
    await writeFile(join(folder, `IMG_${number}.jpg`), seededBytes(seed, `photo ${number}`, size));
    left -= size;
  }
}
