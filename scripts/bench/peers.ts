/** What a card uses from a fast device, proven and synced, beside other tools that do a part of it. */

import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readCard } from '../../src/engine/card.ts';
import { openFileDevice } from '../../src/platform/file-device.ts';
import { attachLoop } from '../../test/support/loop.ts';
import { findTool } from '../../test/support/tools.ts';
import { backUp, seconds } from './contenders.ts';
import { dropPageCache } from './page-cache.ts';
import { type BenchContext, type Result, type Row, ratio } from './row.ts';
import { type TimedRun, timedRun } from './timed-run.ts';

export const peers: Row = { name: 'peers', measure };

/** No figure has to be reached: these tools do less (no proof, one partition) or more (every byte). */
const FOR_COMPARISON = Number.POSITIVE_INFINITY;

interface Peer {
  readonly tool: string;
  readonly what: string;
  readonly command: (device: string, root: string, file: string) => readonly string[];
}

const tools: readonly Peer[] = [
  {
    tool: 'ddrescue',
    what: 'ddrescue, every byte, synced',
    command: (device, _root, file) => [
      'ddrescue',
      '-q',
      '-D',
      '--sparse',
      device,
      file,
      `${file}.map`,
    ],
  },
  {
    tool: 'partclone.ext4',
    what: 'partclone.ext4, root only, unproven',
    command: (_device, root, file) => [
      'partclone.ext4',
      '-q',
      '-c',
      '-s',
      root,
      '-o',
      file,
      '-L',
      '/dev/null',
    ],
  },
];

async function measure({ card, folder, runs, say }: BenchContext): Promise<Result[]> {
  const loop = await attachLoop(card.image, { readOnly: true });
  const root = await attachLoop(card.image, { readOnly: true, ...(await rootOf(card.image)) });
  const results: Result[] = [];
  try {
    for (const peer of tools) {
      if (!findTool(peer.tool)) {
        say(`  ${peer.tool} is not installed`);
        continue;
      }
      const ours: TimedRun[] = [];
      const theirs: TimedRun[] = [];
      for (let run = 1; run <= runs; run++) {
        ours.push(await backUp(loop.path, folder, []));
        theirs.push(await runPeer(peer, loop.path, root.path, folder));
        say(`  run ${run}: PiKeep ${seconds(ours.at(-1))}, ${peer.tool} ${seconds(theirs.at(-1))}`);
      }
      const what = 'used-block backup, proven and synced, fast device';
      const times = (all: readonly TimedRun[]): number[] => all.map((run) => run.seconds);
      results.push(ratio(what, peer.what, FOR_COMPARISON, times(ours), times(theirs)));
    }
  } finally {
    await root.detach();
    await loop.detach();
  }
  return results;
}

async function runPeer(
  peer: Peer,
  device: string,
  root: string,
  folder: string,
): Promise<TimedRun> {
  dropPageCache();
  const run = await timedRun(peer.command(device, root, join(folder, 'peer.out')));
  for (const name of await readdir(folder)) {
    if (name.startsWith('peer.out')) await rm(join(folder, name));
  }
  return run;
}

/** Where the ext partition lies. */
async function rootOf(image: string): Promise<{ offset: number; bytes: number }> {
  await access(image);
  const device = await openFileDevice(image);
  try {
    const part = (await readCard(device)).partitions.find((one) => one.ext !== null);
    if (!part) throw new Error(`${image} has no ext partition`);
    return { offset: part.offset, bytes: part.bytes };
  } finally {
    await device.close();
  }
}
