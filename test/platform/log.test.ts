import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../src/platform/log.ts';
import { logFolderOf, logNames } from '../../src/platform/log-place.ts';
import { rotate } from '../../src/platform/log-rotation.ts';
import { readLog } from '../../src/platform/read-log.ts';
import { needsRoot } from '../support/tools.ts';

const program = fileURLToPath(new URL('log-writer.ts', import.meta.url));

let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pikeep-log-'));
  folder = join(home, 'Library', 'Logs', 'PiKeep');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function lines(): Record<string, unknown>[] {
  return logNames
    .toReversed()
    .filter((name) => existsSync(join(folder, name)))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('the log', () => {
  it('lies in the system’s place for logs', () => {
    const place = { home: '/home/pi', stateHome: undefined } as const;
    expect(logFolderOf({ ...place, platform: 'darwin' })).toBe('/home/pi/Library/Logs/PiKeep');
    expect(logFolderOf({ ...place, platform: 'linux' })).toBe('/home/pi/.local/state/pikeep');
    expect(logFolderOf({ ...place, platform: 'linux', stateHome: '/state' })).toBe('/state/pikeep');
    expect(logFolderOf({ ...place, platform: 'linux', stateHome: 'state' })).toBe(
      '/home/pi/.local/state/pikeep',
    );
  });

  it('is for its owner alone, and hides what is personal', () => {
    const log = openLog({ folder, now: () => Date.UTC(2026, 10, 22, 16, 40) });
    log.write('error', {
      code: 'DESTINATION_FULL',
      facts: { path: '/Users/ann/PiKeep/octopi.img' },
    });
    expect(mode(folder)).toBe('700');
    for (const name of readdirSync(folder)) expect(mode(join(folder, name))).toBe('600');
    const [entry] = lines();
    expect(entry).toMatchObject({
      at: '2026-11-22T16:40:00.000Z',
      pid: process.pid,
      what: 'error',
      code: 'DESTINATION_FULL',
    });
    expect(JSON.stringify(entry)).not.toMatch(/ann|octopi/);
    const other = openLog({ folder });
    expect(other.mark('octopi')).toBe(log.mark('octopi'));
    expect(readFileSync(join(folder, '.pikeep.log.secret'), 'utf8')).toHaveLength(64);
  });

  it('loses no line when two processes fill its files at the same time', {
    timeout: 60_000,
  }, async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const each = 300;
    // Together below what three files hold, so that nothing may be forgotten either.
    const writers: ChildProcess[] = ['1', '2'].map((name) =>
      spawn(process.execPath, [program, folder, name, String(each), '60000'], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(
      writers.map((child) => new Promise((done) => child.once('exit', done))),
    );
    expect(codes).toEqual([0, 0]);
    const all = lines();
    for (const name of [1, 2]) {
      const own = all.filter((entry) => entry['offset'] === name).map((entry) => entry['bytes']);
      expect([...own].sort((a, b) => Number(a) - Number(b))).toEqual([...Array(each).keys()]);
    }
    expect(new Set(all.map((entry) => entry['job'])).size).toBe(1);
    expect(readdirSync(folder).filter((name) => /^pikeep.*log$/.test(name)).length).toBeGreaterThan(
      1,
    );
    // A line of whoever finds the other one at it goes over the limit; on a busy machine these are several.
    for (const name of logNames) {
      if (existsSync(join(folder, name)))
        expect(statSync(join(folder, name)).size).toBeLessThan(90_000);
    }
  });

  it.skipIf(needsRoot())('is not taken from its owner by root', () => {
    chownSync(home, 65534, 65534);
    openLog({ folder }).write('start', {});
    expect(readdirSync(home)).toEqual([]);
    chownSync(home, 0, 0);
    openLog({ folder }).write('start', {});
    expect(lines()).toHaveLength(1);
    chownSync(folder, 65534, 65534);
    openLog({ folder }).write('start', {});
    expect(lines()).toHaveLength(1);
  });

  it('keeps three files and forgets the oldest', () => {
    const log = openLog({ folder, fileBytes: 2000 });
    for (let bytes = 0; bytes < 200; bytes += 1) log.write('phase', { bytes });
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.log'))
        .sort(),
    ).toEqual([...logNames].sort());
    const kept = lines().map((entry) => entry['bytes']);
    expect(kept.at(-1)).toBe(199);
    expect(kept.length).toBeLessThan(100);
    expect(kept).toEqual(kept.map((_, at) => 200 - kept.length + at));
  });

  it('is begun anew once where two processes saw at the same time that it is full', () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, logNames[0]);
    writeFileSync(file, 'x'.repeat(1000));
    expect(rotate(folder, 1000, 100)).toBe(true);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, `the first line of the other process\n${'x'.repeat(850)}`);
    // It had asked before it saw that; its turn came late.
    expect(rotate(folder, 1000, 100)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('first line');
    expect(existsSync(join(folder, logNames[2]))).toBe(false);
  });

  it('is begun anew although whoever wanted to do so last has died over it', () => {
    const log = openLog({ folder, fileBytes: 1000 });
    log.write('phase', { bytes: 0 });
    const lock = join(folder, '.pikeep.log.lock');
    writeFileSync(lock, '');
    for (let bytes = 1; bytes < 30; bytes += 1) log.write('phase', { bytes });
    expect(existsSync(join(folder, logNames[1]))).toBe(false);
    expect(lines()).toHaveLength(30);
    utimesSync(lock, 0, 0);
    for (let bytes = 30; bytes < 33; bytes += 1) log.write('phase', { bytes });
    expect(existsSync(join(folder, logNames[1]))).toBe(true);
    expect(existsSync(lock)).toBe(false);
    expect(lines()).toHaveLength(33);
  });

  it('is never fatal: no home, a link, a pipe, a folder in the way, a full line', async () => {
    openLog({ folder: '/nonexistent/a/b/c/pikeep' }).write('start', {});
    expect(existsSync('/nonexistent/a')).toBe(false);
    openLog({ folder: '/dev/null/pikeep' }).write('start', {});
    expect(openLog({ folder: '/dev/null/pikeep' }).mark('octopi')).toMatch(/^[0-9a-f]{6}$/);
    expect(openLog({ folder: '/nonexistent/a/b/c' }).mark('octopi')).toMatch(/^[0-9a-f]{6}$/);
    mkdirSync(folder, { recursive: true });
    const target = join(home, 'target');
    writeFileSync(target, '');
    symlinkSync(target, join(folder, logNames[0]));
    openLog({ folder }).write('start', {});
    expect(readFileSync(target, 'utf8')).toBe('');
    rmSync(join(folder, logNames[0]));
    mkdirSync(join(folder, logNames[0]));
    openLog({ folder }).write('start', {});
    expect(await readLog(folder, () => '000000', 10)).toEqual([]);
    rmSync(join(folder, logNames[0]), { recursive: true });
    const log = openLog({ folder });
    log.write('job-end', {
      code: 'INTERNAL',
      facts: { detail: 'error '.repeat(90), what: Array(240).fill(Math.PI * 1e250) },
      bytes: 7,
    });
    expect(lines()).toMatchObject([{ code: 'INTERNAL', bytes: 7 }]);
    expect(lines()[0]).not.toHaveProperty('facts');
    chmodSync(folder, 0o700);
  });

  it('is read back from the end, over several files, past lines that are none', async () => {
    const log = openLog({ folder, fileBytes: 2000 });
    for (let bytes = 0; bytes < 60; bytes += 1) log.write('phase', { bytes });
    const file = join(folder, logNames[0]);
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8')}no line\n{"at":7}\n{"at":"2026-11-22T16:40:00.000Z","pid":1,"what":"error","code":"octopi"}\n`,
    );
    const entries = await readLog(folder, log.mark, 25);
    expect(entries).toHaveLength(25);
    expect(entries.at(-2)?.fields).toEqual({ bytes: 59 });
    expect(entries[0]?.fields).toEqual({ bytes: 36 });
    expect(JSON.stringify(entries)).not.toContain('octopi');
  });
});
