/** The image itself: partition table, FAT32 and ext4, made in place and without mounting anything. */

import { execFile, spawn } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CardIdentity } from './files.ts';
import { seededBytes, seededUuid } from './seeded.ts';

const execute = promisify(execFile);
const MIB = 1024 * 1024;
/** Where Raspberry Pi OS images begin their first partition. */
const BOOT_OFFSET = 8 * MIB;
/** A GPT keeps its second copy in the last 33 sectors. */
const GPT_TAIL = MIB;
const GPT_BOOT = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';
const GPT_ROOT = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';

export interface Layout {
  readonly scheme: 'mbr' | 'gpt';
  /** Bytes. */
  readonly size: number;
  readonly boot: { readonly offset: number; readonly bytes: number };
  readonly root: { readonly offset: number; readonly bytes: number };
}

/** Like Raspberry Pi OS: 512 MiB for booting, the rest for everything else; less for booting on a tiny card. */
export function layoutOf(size: number, scheme: 'mbr' | 'gpt'): Layout {
  const bootBytes = size >= 2048 * MIB ? 512 * MIB : 40 * MIB;
  const rootOffset = BOOT_OFFSET + bootBytes;
  const rootBytes = size - rootOffset - (scheme === 'gpt' ? GPT_TAIL : 0);
  if (rootBytes < 16 * MIB) throw new Error(`${size} bytes are too few for a card`);
  return {
    scheme,
    size,
    boot: { offset: BOOT_OFFSET, bytes: bootBytes },
    root: { offset: rootOffset, bytes: rootBytes },
  };
}

export async function writeTable(image: string, layout: Layout, card: CardIdentity): Promise<void> {
  const sectors = (bytes: number) => bytes / 512;
  const place = ({ offset, bytes }: Layout['boot']) =>
    `start=${sectors(offset)}, size=${sectors(bytes)}`;
  const [bootId, rootId] = card.partUuids;
  const script =
    layout.scheme === 'mbr'
      ? [
          'label: dos',
          `label-id: 0x${rootId.slice(0, 8)}`,
          `${place(layout.boot)}, type=c`,
          `${place(layout.root)}, type=83`,
        ]
      : [
          'label: gpt',
          `label-id: ${seededUuid(card.seed, 'disk')}`,
          `${place(layout.boot)}, type=${GPT_BOOT}, uuid=${bootId}, name=bootfs`,
          `${place(layout.root)}, type=${GPT_ROOT}, uuid=${rootId}, name=rootfs`,
        ];
  const file = await open(image, 'wx');
  await file.truncate(layout.size);
  await file.close();
  await feed('sfdisk', ['--quiet', image], `${script.join('\n')}\n`);
}

export async function writeBoot(
  image: string,
  { boot }: Layout,
  card: CardIdentity,
  folder: string,
): Promise<void> {
  const id = seededBytes(card.seed, 'boot', 4).toString('hex');
  const cluster = boot.bytes >= 256 * MIB ? '8' : '1';
  await run('mkfs.vfat', [
    ...['--offset', String(boot.offset / 512), '-F', '32', '-s', cluster, '-n', 'bootfs', '-i', id],
    image,
    String(boot.bytes / 1024),
  ]);
  const entries = (await readdir(folder)).toSorted().map((name) => join(folder, name));
  await run('mcopy', ['-i', `${image}@@${boot.offset}`, '-s', '-m', ...entries, '::/']);
}

/** With the features of mke2fs 1.47 as Raspberry Pi OS 13 has it, whatever the version at hand makes by itself. */
export async function writeRoot(
  image: string,
  { root }: Layout,
  card: CardIdentity,
  folder: string,
): Promise<void> {
  const uuid = seededUuid(card.seed, 'root');
  const extended = [
    `offset=${root.offset}`,
    `hash_seed=${seededUuid(card.seed, 'hash')}`,
    'root_owner=0:0',
    'lazy_itable_init=1',
  ];
  await run('mke2fs', [
    ...['-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-L', 'rootfs', '-U', uuid],
    ...['-O', 'metadata_csum,metadata_csum_seed,64bit,orphan_file'],
    ...['-E', extended.join(','), '-d', folder, image, `${root.bytes / 1024}k`],
  ]);
}

function run(program: string, args: string[]): Promise<unknown> {
  return execute(program, args, { env: environment() });
}

/** Debian keeps these programs outside an ordinary user's PATH; names on a FAT go through the locale. */
function environment(): NodeJS.ProcessEnv {
  const { PATH = '', ...others } = process.env;
  const path = `${PATH}:/usr/sbin:/sbin`;
  return { ...others, PATH: path, LC_ALL: 'C.UTF-8', MTOOLS_SKIP_CHECK: '1' };
}

async function feed(program: string, args: string[], input: string): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: environment(),
  });
  child.stdin.end(input);
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (status !== 0) throw new Error(`${program} ended with status ${status}`);
}
