/** The cards of the soak: small ones of several Pis, made once; clean, pulled in the middle of writing, on a GPT. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutOf } from '../card/image.ts';
import { type CardOptions, makeCard } from '../make-card.ts';

const execute = promisify(execFile);
const MIB = 1024 * 1024;

export interface SoakCard {
  /** Its name in the slot. */
  readonly name: string;
  readonly path: string;
}

export async function makeCards(folder: string): Promise<SoakCard[]> {
  const cards: (Omit<CardOptions, 'out'> & { isDirty?: boolean })[] = [
    { hostname: 'octopi', size: 96 * MIB, data: 8 * MIB },
    { hostname: 'weather', size: 112 * MIB, data: 16 * MIB, isDirty: true },
    { hostname: 'retropie', size: 96 * MIB, data: 4 * MIB, scheme: 'gpt' },
    { hostname: 'pihole', size: 80 * MIB, isDirty: true },
  ];
  const made: SoakCard[] = [];
  for (const { isDirty, ...options } of cards) {
    const name = `${options.hostname}.img`;
    const path = join(folder, name);
    await makeCard({ ...options, out: path, seed: `soak ${options.hostname}` });
    if (isDirty) await leaveJournal(path, layoutOf(options.size ?? 0, 'mbr').root.offset, folder);
    made.push({ name, path });
  }
  return made;
}

/** Writes a transaction into the journal that nobody has carried out: what a pulled card looks like. */
async function leaveJournal(image: string, offset: number, folder: string): Promise<void> {
  const content = join(folder, 'block');
  await writeFile(content, Buffer.alloc(4096, 'written, and never carried out\n'));
  const requests = join(folder, 'requests');
  // Block 2 of a new file system's journal data is somebody's; a free block far behind harms nobody.
  const { stdout } = await debugfs(['-R', 'ffb 1 3000', `${image}?offset=${offset}`]);
  const block = /Free blocks found: (\d+)/.exec(stdout)?.[1];
  if (block === undefined) throw new Error(`debugfs found no free block: ${stdout}`);
  await writeFile(requests, `jo\njw -b ${block} ${content}\njc\n`);
  await debugfs(['-w', '-f', requests, `${image}?offset=${offset}`]);
  const { stdout: header } = await debugfs(['-R', 'stats -h', `${image}?offset=${offset}`]);
  if (!header.includes('needs_recovery')) throw new Error('the journal was not left dirty');
}

function debugfs(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  return execute('debugfs', [...args], { env });
}
