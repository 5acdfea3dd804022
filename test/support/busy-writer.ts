/**
 * A program: keeps a mounted file system as busy as a Pi does, with fsync but without sync. Arguments: folder, seed. It
 * prints a line after every 25 operations and stops when its standard input ends. A full file system is part of it.
 */

import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const [folder = '', seed = '1'] = process.argv.slice(2);
const random = generator(Number(seed));
const files: string[] = [];
const folders: string[] = [folder];
let names = 0;
let operations = 0;

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
turn();

function turn(): void {
  for (let count = 0; count < 25; count++) {
    operations++;
    try {
      operate();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code !== 'ENOSPC' && code !== 'EMLINK') throw error;
      for (const path of files.splice(0, files.length / 2)) rmSync(path);
    }
  }
  process.stdout.write(`${operations}\n`);
  setImmediate(turn);
}

function operate(): void {
  const choice = random(100);
  const old = files[random(files.length)];
  if (choice < 40 || old === undefined) create();
  else if (choice < 55) write(old, 'end');
  else if (choice < 62) truncateSync(old, random(statSync(old).size));
  else if (choice < 67) write(old, 'anywhere');
  else if (choice < 85) remove(old);
  else if (choice < 92) {
    const to = newName();
    renameSync(old, to);
    files[files.indexOf(old)] = to;
  } else if (choice < 95) {
    const path = newName();
    mkdirSync(path);
    folders.push(path);
  } else if (choice < 97) {
    symlinkSync(`../${'long/'.repeat(random(40))}`, newName());
  } else {
    const link = newName();
    linkSync(old, link);
    files.push(link);
  }
}

function create(): void {
  const path = newName();
  // Known before it is written, so that a full file system can be emptied of it.
  files.push(path);
  closeSync(openSync(path, 'wx'));
  write(path, 'anywhere');
}

function remove(path: string): void {
  files.splice(files.indexOf(path), 1);
  // Half of them are still open when they lose their name, and are orphans for a while.
  const fd = random(2) === 0 ? openSync(path, 'r') : null;
  rmSync(path);
  if (fd !== null) setTimeout(() => closeSync(fd), 200);
}

/** Some blocks begin with the journal's own mark, which a journal with data has to escape. */
function write(path: string, where: 'anywhere' | 'end'): void {
  const { size } = statSync(path);
  const at = where === 'end' ? size + random(3) * random(100_000) : random(size + 1);
  const fd = openSync(path, 'r+');
  try {
    const bytes = Buffer.alloc(random(4) === 0 ? random(400_000) : random(12_000), random(256));
    for (let block = 0; block + 4 <= bytes.length; block += 1024) {
      bytes.writeUInt32LE(random(2 ** 31), block);
    }
    if (random(3) === 0 && bytes.length >= 4) bytes.writeUInt32BE(0xc03b3998, 0);
    writeSync(fd, bytes, 0, bytes.length, random(2) === 0 ? at - (at % 4096) : at);
    if (random(3) === 0) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function newName(): string {
  // The first folder gets most of them, so that it is indexed and splits.
  const where = folders[random(3) === 0 ? random(folders.length) : 0] ?? folder;
  return join(where, `${'n'.repeat(random(90))}-${names++}`);
}

/** A small generator with a seed (mulberry32), so that a run can be repeated. */
function generator(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
