/**
 * Power cuts: all that was written is recorded with its flushes. Then the power fails, again and again, at another moment: what
 * was flushed before is there, and of the rest what chance lets live.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeLibrary } from '../../test/support/judged-library.ts';
import { attachLoop } from '../../test/support/loop.ts';
import { cutPower, recordWrites, type WriteLog } from '../../test/support/write-log.ts';
import { Random } from '../fuzz/random.ts';
import { isBackup } from './cell.ts';
import { compareTaken, type Judged, judgeTarget } from './judge.ts';
import type { Row, Scene } from './scene.ts';
import type { Stage } from './stage.ts';
import { makeVolume, mount, unmount } from './volume.ts';

const CUTS = 12;
const SECTOR = 512;
const SEED = 20_261_123;

export const powerRows: readonly Row[] = [
  {
    name: 'power-cut',
    title: 'power cut',
    how: `The power fails at ${CUTS} moments of the work, with parts of what was not flushed lost; and once after “done”.`,
    scene(stage, column) {
      if (column === 'verify') return 'it writes nothing';
      return column === 'restore' ? onTarget(stage) : onVolume(stage);
    },
  },
];

/** The disk that images and files are written to. */
async function onVolume(stage: Stage): Promise<Scene> {
  const image = join(stage.folder, 'volume.img');
  const folder = join(stage.folder, 'volume');
  mkdirSync(folder);
  makeVolume(image);
  const recording = await recordWrites(image);
  stage.later(recording.close);
  await mount(recording.device, folder);
  stage.later(() => unmount(folder));
  const inside = join(folder, 'pikeep');
  mkdirSync(inside);
  const { path } = await stage.loop();
  const places = isBackup(stage.column) ? { library: inside } : { taken: inside };
  let begun = 0;
  let log: WriteLog | null = null;
  return {
    args: stage.args({ device: path, ...places }),
    during: async (running) => {
      await running.untilEvent(({ event }) => event === 'start');
      begun = recording.log().records.length;
    },
    after: async () => {
      log = recording.log();
    },
    judge: async () => {
      if (!log) throw new Error('nothing was recorded');
      return judgeCuts(log, begun, (card) => judgeVolume(stage, card));
    },
  };
}

/** The card that is written over. */
async function onTarget(stage: Stage): Promise<Scene> {
  const recording = await recordWrites(stage.target);
  stage.later(recording.close);
  let log: WriteLog | null = null;
  return {
    args: stage.args({ device: recording.device }),
    after: async () => {
      log = recording.log();
    },
    judge: async () => {
      if (!log) throw new Error('nothing was recorded');
      return judgeCuts(log, 0, async (card) => {
        writeFileSync(stage.target, card);
        return judgeTarget(stage, null);
      });
    },
  };
}

async function judgeCuts(
  log: WriteLog,
  begun: number,
  judge: (content: Buffer) => Promise<Judged>,
): Promise<Judged> {
  const random = new Random(SEED);
  const counts = new Map<string, number>();
  const broken: string[] = [];
  const { length } = log.records;
  for (let cut = 1; cut <= CUTS; cut++) {
    const at = begun + Math.floor(((length - begun) * cut) / (CUTS + 1));
    const { left, broken: bad } = await judge(
      cutPower(log, at, SECTOR, () => random.chance(cut / CUTS)),
    );
    counts.set(left, (counts.get(left) ?? 0) + 1);
    broken.push(...bad.map((text) => `cut behind write ${at} of ${length}: ${text}`));
  }
  // Whoever says "done" has flushed.
  const end = await judge(cutPower(log, length - 1, SECTOR, () => false));
  const isThere = /proven image|all files|restored card/.test(end.left);
  if (!isThere) broken.push(`after “done” there is ${end.left}`);
  broken.push(...end.broken.map((text) => `after “done”: ${text}`));
  const parts = [...counts].map(([left, times]) => `${times} × ${left}`);
  return { left: `${parts.join('; ')}; after “done”: ${end.left}`, broken };
}

async function judgeVolume(stage: Stage, content: Buffer): Promise<Judged> {
  const image = join(stage.folder, 'cut.img');
  const folder = join(stage.folder, 'cut');
  writeFileSync(image, content);
  mkdirSync(folder);
  const loop = await attachLoop(image);
  try {
    await mount(loop.path, folder);
    try {
      return await judgeInside(stage, join(folder, 'pikeep'));
    } finally {
      await unmount(folder);
    }
  } finally {
    await loop.detach();
    rmSync(folder, { recursive: true });
    rmSync(image);
  }
}

async function judgeInside(stage: Stage, inside: string): Promise<Judged> {
  if (!isBackup(stage.column)) return compareTaken(inside, stage.props.card.taken, null);
  const judged = await judgeLibrary(inside, stage.props.card.path, stage.folder);
  const { images, partials, continuable, broken } = judged;
  const parts = [
    ...(images.length > 0 ? ['a proven image'] : []),
    ...(continuable.length > 0 ? ['a partial that can be continued'] : []),
    ...(partials.length > continuable.length ? ['a partial'] : []),
  ];
  return { left: parts.join(' and ') || 'nothing', broken };
}
