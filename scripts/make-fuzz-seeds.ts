/**
 * Makes the seeds of the fuzzer anew, with e2fsprogs, dosfstools, mtools and sfdisk: `node scripts/make-fuzz-seeds.ts`.
 * They are kept in the project, because the vectors under test/vectors/found/ are changes to exactly these bytes.
 */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openExt } from '../src/engine/ext.ts';
import { BlockIndex } from '../src/engine/image/block-index.ts';
import { gzipPacking } from '../src/engine/image/gzip.ts';
import { mapSha256 } from '../src/engine/image/map.ts';
import type { Packing } from '../src/engine/image/packing.ts';
import { zstdPacking } from '../src/engine/image/zstd.ts';
import { createCompressor } from '../src/platform/compression.ts';
import {
  emptyImage,
  makeExt,
  makeFat,
  partition,
  temporaryFolder,
} from '../test/support/file-systems.ts';
import { forgeJournal } from '../test/support/journal-forge.ts';
import { memoryDevice } from '../test/support/memory-device.ts';
import { FILE_BYTE, SEEDS } from './fuzz/seed.ts';
import { packSampleCard } from './sample-card.ts';

const MIB = 1024 * 1024;
const folder = temporaryFolder();
try {
  await makeSeeds(folder.path);
} finally {
  folder.remove();
}

async function makeSeeds(work: string): Promise<void> {
  mkdirSync(SEEDS, { recursive: true });
  const tree = makeTree(join(work, 'tree'));
  const image = (name: string): string => join(work, name);

  for (const [bits, mib] of [
    [12, 2],
    [16, 12],
    [32, 36],
  ] as const) {
    const files = { 'config.txt': 'arm_64bit=1\n', 'a rather long name.txt': 'x'.repeat(9000) };
    makeFat(image(`fat${bits}`), { bytes: mib * MIB, bits, label: 'bootfs', files });
  }
  const ext: Record<string, readonly [mib: number, type: string, args: string]> = {
    'ext4-1k': [12, 'ext4', '-b 1024 -g 1024'],
    'ext4-4k': [16, 'ext4', '-b 4096'],
    'ext4-uninit': [8, 'ext4', '-b 1024 -g 1024 -O ^metadata_csum,uninit_bg'],
    'ext4-plain': [
      8,
      'ext4',
      '-b 1024 -g 512 -O ^metadata_csum,^64bit,^flex_bg,meta_bg,^resize_inode',
    ],
    'ext4-bigalloc': [8, 'ext4', '-b 1024 -O bigalloc -C 4096'],
    ext3: [8, 'ext3', '-b 1024 -g 1024'],
    ext2: [4, 'ext2', '-b 1024 -r 0'],
  };
  for (const [name, [mib, type, args]] of Object.entries(ext)) {
    makeExt(image(name), { bytes: mib * MIB, type, args: args.split(' '), tree });
  }
  for (const version of [0, 1, 2, 3] as const) {
    const name = `ext-journal-${version}`;
    copyFileSync(image(version < 2 ? 'ext3' : 'ext4-1k'), image(name));
    await forge(image(name), version);
  }
  for (const name of [...Object.keys(ext), 'fat12', 'fat16', 'fat32']) await keep(work, name);
  for (const version of [0, 1, 2, 3]) await keep(work, `ext-journal-${version}`);

  await makeCard(
    work,
    'card-mbr',
    'label: dos\nlabel-id: 0x5e3da3da\n2048,2M,c\n6144,16M,83\n45056,,5\n47104,1M,83\n51200,1M,c\n',
    ['fat12', 'ext-journal-3'],
  );
  await makeCard(work, 'card-gpt', 'label: gpt\n2048,2M,U\n6144,16M,L\n', [
    'fat12',
    'ext-journal-0',
  ]);
  await makeImages(work);
  await makeManifest(work);
}

function makeTree(path: string): string {
  mkdirSync(join(path, 'etc'), { recursive: true });
  writeFileSync(join(path, 'etc/hostname'), 'octopi\n');
  writeFileSync(join(path, 'etc/os-release'), 'PRETTY_NAME="Debian"\nVERSION="13"\n');
  writeFileSync(join(path, 'file'), Buffer.alloc(300_000, FILE_BYTE));
  return path;
}

/** Two transactions that put blocks back as they are, and one that voids a block. */
async function forge(path: string, version: 0 | 1 | 2 | 3): Promise<void> {
  const content = readFileSync(path);
  const volume = await openExt(memoryDevice(content));
  const blockBytes = volume?.superblock.blockBytes ?? 0;
  const blocks = [3, 4, 5, 6];
  const block = (number: number) =>
    content.subarray(number * blockBytes, (number + 1) * blockBytes);
  forgeJournal(path, version, [
    { blocks, content: Buffer.concat(blocks.map(block)) },
    { blocks: [], revoked: [6] },
    { blocks: [3, 4], content: Buffer.concat([block(3), block(4)]) },
  ]);
}

async function makeCard(
  work: string,
  name: string,
  script: string,
  [first, second]: readonly [string, string],
): Promise<void> {
  const path = emptyImage(join(work, name), 32 * MIB);
  partition(path, script);
  const card = readFileSync(path);
  card.set(readFileSync(join(work, first)), 1 * MIB);
  card.set(readFileSync(join(work, second)), 3 * MIB);
  writeFileSync(path, card);
  await keep(work, name);
}

async function makeImages(work: string): Promise<void> {
  const card = readFileSync(join(work, 'card-mbr')).subarray(0, 4 * MIB + 4096);
  const compressor = createCompressor();
  for (const packing of [gzipPacking(compressor), zstdPacking(compressor, 256 * 1024)]) {
    const name = `image-${packing.format.slice(4)}`;
    writeFileSync(join(work, name), await pack(card, packing));
    await keep(work, name);
  }
}

async function pack(card: Buffer, packing: Packing): Promise<Buffer> {
  const index = new BlockIndex(packing.blockBytes, card.length, packing.header.length);
  const parts: Uint8Array[] = [packing.header];
  for (let at = 0; at < card.length; at += packing.blockBytes) {
    const block = await packing.pack(card.subarray(at, at + packing.blockBytes));
    parts.push(block);
    index.add(block.length);
  }
  return Buffer.concat([...parts, packing.trailer(index, crc32(card))]);
}

async function makeManifest(work: string): Promise<void> {
  const map = [0, 1].map((at) => ({ offset: at * MIB, bytes: 4096, sha256: `${at}`.repeat(64) }));
  const time = '2026-11-22T16:40:00.000Z';
  const manifest = {
    schema: 1,
    card: {
      weak: null,
      strong: {
        tableId: '5e3da3da',
        fileSystems: [{ index: 1, type: 'fat12', uuid: 'A-B' }],
        hostname: 'octopi',
      },
      title: 'octopi',
      label: 'bootfs',
      hostname: 'octopi',
      os: 'Debian',
      model: null,
      pi: 'yes',
    },
    source: { bytes: 2 * MIB, sectorBytes: 512 },
    image: {
      file: 'octopi.img.gz',
      format: 'img.gz',
      bytes: 222,
      blocks: { bytes: MIB, lengths: [100, 102], crc32: 1 },
    },
    map,
    content: { sha256: mapSha256(map), plainSha256: null },
    partitions: [
      {
        index: 1,
        offset: 0,
        bytes: MIB,
        type: '0x0c',
        fileSystem: 'fat12',
        usedBytes: 4096,
        strategy: 'used',
        reason: null,
        journal: null,
      },
    ],
    unreadable: [{ offset: 4096, bytes: 512, files: ['/config.txt'] }],
    verified: { at: time, method: 'read-back' },
    checks: [{ name: 'table', ok: true, detail: 'fine' }],
    warnings: ['one'],
    times: { started: time, copied: time, finished: time },
    tool: { name: 'pikeep', version: '0.1.0' },
  };
  writeFileSync(join(work, 'manifest'), JSON.stringify(manifest).padEnd(4096));
  await keep(work, 'manifest');
}

async function keep(work: string, name: string): Promise<void> {
  const bytes = await packSampleCard(join(work, name), join(SEEDS, `${name}.gz`));
  console.log(`${name}: ${bytes} bytes`);
}
