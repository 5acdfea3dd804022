/**
 * Keeps what `diskutil` answers, in files as those of test/fixtures/diskutil, for everything that was not seen before. Names
 * and numbers of a Mac's disks are in them: look them through before they are shown to others.
 */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWholeDisk } from '../../src/platform/macos/disk-names.ts';
import { run } from '../../src/platform/run.ts';

export interface Recorder {
  /** Asks about every disk that is there now, if others are there than before. `moment` is part of the names of new files. */
  look(moment: string): Promise<void>;
  /** Paths of what was new. */
  readonly files: readonly string[];
}

export interface RecorderOptions {
  readonly diskutil: string;
  readonly devices: string;
  /** Where new answers go; made when there is one. */
  readonly folder: string;
  /** Folders with answers that are known. */
  readonly known: readonly string[];
}

export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const { diskutil, devices, folder } = options;
  const seen = new Set<string>();
  for (const place of [...options.known, folder]) {
    for (const text of await textsIn(place)) seen.add(digest(text));
  }
  const files: string[] = [];

  const ask = async (name: string, args: readonly string[]) => {
    const { status, stdout, stderr } = await run(diskutil, args);
    const text = status === 0 ? stdout : `${stdout}${stderr}`;
    const sum = digest(text);
    if (seen.has(sum)) return;
    seen.add(sum);
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${name}.${args.includes('-plist') ? 'plist' : 'txt'}`);
    await writeFile(file, text);
    files.push(file);
  };

  let last = '';
  return {
    files,
    async look(moment) {
      const disks = (await readdir(devices)).filter(isWholeDisk).sort();
      if (disks.join() === last) return;
      last = disks.join();
      await ask(`list-${moment}`, ['list', '-plist']);
      for (const disk of disks) await ask(`info-${disk}-${moment}`, ['info', '-plist', disk]);
      await ask(`info-root-${moment}`, ['info', '-plist', '/']);
    },
  };
}

async function textsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

function digest(text: string): string {
  return createHash('sha256').update(text.trim()).digest('hex');
}
