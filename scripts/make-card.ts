/**
 * Makes the image of a card laid out like Raspberry Pi OS: MBR (or GPT), a FAT32 boot partition at 8 MiB, an ext4 root.
 * Nothing is mounted, so it needs no root. Needs sfdisk, mkfs.vfat, mcopy and mke2fs 1.47.
 *
 *   node scripts/make-card.ts --out card.img [--hostname octopi] [--size 96M] [--data BYTES] [--gpt] [--seed TEXT]
 *   node scripts/make-card.ts --sample       writes the sample card that `npm run demo` inserts
 */

import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type CardIdentity, writeBootFiles, writeRootFiles } from './card/files.ts';
import { fillTree } from './card/filler.ts';
import { layoutOf, writeBoot, writeRoot, writeTable } from './card/image.ts';
import { seededBytes, seededUuid } from './card/seeded.ts';
import { packSampleCard, SAMPLE_CARD } from './sample-card.ts';

const MIB = 1024 * 1024;
const PROJECT = resolve(import.meta.dirname, '..');

export interface CardOptions {
  /** The image to make; it must not exist. */
  readonly out: string;
  /** Default: "octopi". */
  readonly hostname?: string;
  /** Bytes of the whole card; a multiple of 1 MiB. Default: 96 MiB. */
  readonly size?: number;
  /** Bytes of files on the root besides the few that every card has. Default: none. */
  readonly data?: number;
  /** Default: "mbr". */
  readonly scheme?: 'mbr' | 'gpt';
  /** Cards of one seed have the same identity and (but for copied files) the same content. */
  readonly seed?: string;
  /** Folders whose files become the larger part of the data. Default: what is installed here. */
  readonly sources?: readonly string[];
}

export interface MadeCard {
  readonly path: string;
  /** Bytes of the whole card. */
  readonly bytes: number;
  /** Bytes that the image occupies. */
  readonly storedBytes: number;
  readonly scheme: 'mbr' | 'gpt';
  /** As `readPartitionTable` and lsblk name it: "5e3da3da", or a GUID in lower case. */
  readonly tableId: string;
  readonly partUuids: readonly [string, string];
}

export async function makeCard(options: CardOptions): Promise<MadeCard> {
  const { out, hostname = 'octopi', size = 96 * MIB, data = 0, scheme = 'mbr' } = options;
  const seed = options.seed ?? 'PiKeep';
  if (size % MIB !== 0) throw new Error('the size of a card is a multiple of 1 MiB');
  const layout = layoutOf(size, scheme);
  const signature = seededBytes(seed, 'disk signature', 4).toString('hex');
  const tableId = scheme === 'mbr' ? signature : seededUuid(seed, 'disk');
  const partUuids: [string, string] =
    scheme === 'mbr'
      ? [`${signature}-01`, `${signature}-02`]
      : [seededUuid(seed, 'partition 1'), seededUuid(seed, 'partition 2')];
  const card: CardIdentity = { hostname, partUuids, seed };
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-card-'));
  try {
    const [boot, root] = [join(folder, 'boot'), join(folder, 'root')];
    await mkdir(boot);
    await mkdir(root);
    await writeBootFiles(boot, card, data > 0 ? 'real' : 'small');
    await writeRootFiles(root, card);
    if (data > 0) await fillTree(root, data, options.sources ?? ownSources(), seed);
    await writeTable(out, layout, card);
    await writeBoot(out, layout, card, boot);
    await writeRoot(out, layout, card, root);
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { blocks } = await stat(out);
  return { path: out, bytes: size, storedBytes: blocks * 512, scheme, tableId, partUuids };
}

/** Programs, scripts, libraries, documents: what is on a card, more or less. */
function ownSources(): string[] {
  return ['/usr/lib', '/usr/share', join(PROJECT, 'node_modules')];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      hostname: { type: 'string' },
      size: { type: 'string' },
      data: { type: 'string' },
      seed: { type: 'string' },
      gpt: { type: 'boolean', default: false },
      sample: { type: 'boolean', default: false },
    },
  });
  if (values.sample) return makeSample();
  if (!values.out) throw new Error('--out FILE is missing');
  const card = await makeCard({
    out: resolve(values.out),
    scheme: values.gpt ? 'gpt' : 'mbr',
    ...(values.hostname ? { hostname: values.hostname } : {}),
    ...(values.size ? { size: bytesOf(values.size) } : {}),
    ...(values.data ? { data: bytesOf(values.data) } : {}),
    ...(values.seed ? { seed: values.seed } : {}),
  });
  process.stdout.write(`${JSON.stringify(card)}\n`);
}

async function makeSample(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-sample-'));
  try {
    const card = await makeCard({ out: join(folder, 'sample.img'), seed: 'sample card' });
    await mkdir(dirname(SAMPLE_CARD), { recursive: true });
    const packedBytes = await packSampleCard(card.path, SAMPLE_CARD);
    process.stdout.write(`${JSON.stringify({ ...card, path: SAMPLE_CARD, packedBytes })}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** "8G", "1400M", "65536". */
function bytesOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`not a size: ${text}`);
  return Number(digits) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
