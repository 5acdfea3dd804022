/** The checkpoint of a backup that has not finished, which lies in the library for everybody who may write there. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint, readUnfinished } from '../../../src/library/checkpoint-file.ts';
import type { Random } from '../random.ts';
import { bytesOf, type InputParser } from './parser.ts';

const PIECE = 4096;
const HASH = '0f'.repeat(32);
const AT = '2026-11-22T16:40:00.000Z';

const header = {
  ...{ checkpoint: 1, tool: '0.1.0', title: 'octopi', format: 'img.gz' },
  card: {
    ...{ bytes: 64 * 1024 * 1024, sectorBytes: 512 },
    weak: {
      bytes: 64 * 1024 * 1024,
      mediaName: 'SD',
      diskUuid: null,
      tableId: '5e3da3da',
      partitions: [],
    },
    strong: {
      tableId: '5e3da3da',
      fileSystems: [{ index: 1, type: 'fat32', uuid: '9BE2-1346' }],
      hostname: 'octopi',
    },
  },
  ...{ wholeCard: false, fullHash: false, verify: 'image', started: AT, continued: [] },
  ...{ plan: { sha256: HASH, totalBytes: 8 * 1024 * 1024 }, structure: HASH },
};

export const checkpoints: readonly InputParser[] = [
  {
    name: 'checkpoint',
    form: 'text',
    share: 0.3,
    words: [
      '\n',
      '\n\n\n',
      '"entries":[',
      '[0,4096,"',
      '9007199254740991',
      '"blocks":[[',
      '[4000000,1]',
      `${'\n'.repeat(5000)}`,
    ],
    sample: sampleCheckpoint,
    judge: judgeCheckpoint,
  },
];

function sampleCheckpoint(random: Random): Uint8Array {
  const lines = [JSON.stringify(header)];
  let at = 0;
  for (let count = random.below(5); count > 0; count--) {
    const entries = Array.from({ length: 1 + random.below(4) }, () => {
      const entry = [at, PIECE, random.bytes(32).toString('hex')];
      at += PIECE * (1 + random.below(8));
      return entry;
    });
    lines.push(JSON.stringify({ at: AT, done: at, entries, blocks: [[random.below(9), 22]] }));
  }
  return bytesOf(`${lines.join('\n')}\n`);
}

/** What is read of it lies on the card, in order, and says no more than there is. */
async function judgeCheckpoint(input: Uint8Array, folder: string): Promise<void> {
  const file = join(folder, 'octopi.img.gz.partial.checkpoint');
  writeFileSync(file, input);
  const read = await readCheckpoint(file);
  let end = 0;
  for (const { offset, bytes, sha256 } of read?.entries ?? []) {
    const isSound =
      Number.isSafeInteger(offset + bytes) && bytes > 0 && /^[0-9a-f]{64}$/.test(sha256);
    if (offset < end || !isSound) throw new Error(`an entry of ${bytes} bytes at ${offset}`);
    end = offset + bytes;
  }
  if (read && end > read.header.card.bytes) throw new Error(`entries up to ${end}`);
  const shown = await readUnfinished(file);
  if (shown && shown.doneBytes > shown.totalBytes) throw new Error(`${shown.doneBytes} bytes done`);
}
