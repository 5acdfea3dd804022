/** What is left after a fault, and whether it may be. Other programs judge: cmp, gzip, zstd, debugfs. */

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { readUnfinished } from '../../src/engine/unfinished.ts';
import type { Ended } from '../../test/cli/run-pikeep.ts';
import { withFileDevice } from '../../test/support/file-device.ts';
import { filesBelow, isSame, judgeLibrary } from '../../test/support/judged-library.ts';
import { isBackup } from './cell.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

export interface Judged {
  readonly left: string;
  readonly broken: readonly string[];
}

const INCOMPLETE = 3;

export async function judge(stage: Stage, scene: Scene, ended: Ended): Promise<Judged> {
  if (scene.judge) return scene.judge();
  const judged = await judgeColumn(stage, scene, ended);
  const isSilent = scene.isLossy === true && ended.code === 0;
  const broken = isSilent ? [...judged.broken, 'it calls a loss a success'] : judged.broken;
  return { ...judged, broken };
}

function judgeColumn(stage: Stage, scene: Scene, ended: Ended): Promise<Judged> {
  if (isBackup(stage.column)) return judgeBackup(stage, scene.library ?? stage.library, ended.code);
  if (stage.column === 'verify') return Promise.resolve(judgeImage(stage, scene, ended));
  if (stage.column === 'restore') return judgeTarget(stage, ended.code);
  return Promise.resolve(judgeTaken(stage, scene, ended));
}

export async function judgeBackup(
  { props, folder }: Stage,
  library: string,
  code: number | null,
): Promise<Judged> {
  const found = await judgeLibrary(library, props.card.path, folder);
  const broken = [...found.broken];
  const { images, incomplete, partials, continuable } = found;
  if (code === 0 && images.length !== 1) broken.push('it says done, and there is no proven image');
  if (code === INCOMPLETE && incomplete.length !== 1) broken.push('there is no incomplete image');
  if (code !== INCOMPLETE && incomplete.length > 0)
    broken.push('an incomplete image is not told of');
  if (code !== 0 && images.length > 0) broken.push('it says it failed, and left an image');
  const parts: string[] = [];
  if (images.length > 0) parts.push('a proven image');
  for (const path of filesBelow(library).filter((one) => incomplete.includes(basename(one)))) {
    const { zeros, wrong } = await compareIncomplete(path, props.card.path, folder);
    parts.push(`an image called “(incomplete)” with ${zeros} KiB of zeros`);
    if (wrong !== null) broken.push(`the incomplete image is wrong at ${wrong}`);
  }
  if (continuable.length > 0) parts.push('a partial that can be continued');
  else if (partials.length > 0) parts.push('a partial, named as a leftover');
  return { left: parts.join(', ') || 'nothing', broken };
}

/** Outside of what its manifest calls unreadable it is the card; inside it is zeros. */
async function compareIncomplete(
  path: string,
  card: string,
  scratch: string,
): Promise<{ zeros: number; wrong: number | null }> {
  const { unreadable }: { unreadable: { offset: number; bytes: number }[] } = JSON.parse(
    readFileSync(`${path}.pikeep.json`, 'utf8'),
  );
  const masked = join(scratch, 'masked');
  copyFileSync(card, masked);
  const handle = await open(masked, 'r+');
  let bytes = 0;
  try {
    for (const range of unreadable) {
      await handle.write(Buffer.alloc(range.bytes), 0, range.bytes, range.offset);
      bytes += range.bytes;
    }
  } finally {
    await handle.close();
  }
  const wrong = isSame(path, masked, scratch) ? null : 0;
  rmSync(masked);
  return { zeros: bytes / 1024, wrong };
}

/** Comparing a card with an image changes neither. */
function judgeImage({ props, folder }: Stage, { isOther }: Scene, { code }: Ended): Judged {
  const broken: string[] = [];
  if (!isSame(props.image, props.card.path, folder)) broken.push('the image was changed');
  if (isOther && code === 0) broken.push('another card passes for this one');
  return { left: 'the image, as it was', broken };
}

/** Before the restore, marked as unfinished, or all of the image: nothing else is safe to put into a Pi. */
export async function judgeTarget(
  { props, target, folder }: Pick<Stage, 'props' | 'target' | 'folder'>,
  code: number | null,
): Promise<Judged> {
  const marker = await withFileDevice(target, readUnfinished);
  if (marker !== null) {
    const broken = code === 0 ? ['it says done, and the card is marked as unfinished'] : [];
    return { left: 'the card, marked as an unfinished restore', broken };
  }
  if (isSame(target, props.old, folder)) {
    return { left: 'the card, untouched', broken: code === 0 ? ['nothing was written'] : [] };
  }
  const isWhole = isSame(target, props.card.path, folder);
  if (!isWhole) return { left: 'something else', broken: ['neither old, nor marked, nor new'] };
  return { left: code === 0 ? 'the restored card, proven' : 'the restored card', broken: [] };
}

/** Under its own name every file is what it was on the card, or its loss was told. */
function judgeTaken(stage: Stage, scene: Scene, ended: Ended): Judged {
  const { taken = stage.taken } = scene;
  return compareTaken(taken, stage.props.card.taken, ended);
}

export function compareTaken(taken: string, reference: string, ended: Ended | null): Judged {
  const root = join(taken, 'pi');
  const all = filesBelow(reference).map((path) => relative(reference, path));
  const told = new Set(
    (ended?.stdout ?? '')
      .split('\n')
      .filter((line) => line.includes('"event":"skipped"'))
      .map((line) => String(JSON.parse(line).path).split('/home/pi/').at(-1)),
  );
  if (!existsSync(root)) {
    const rest = existsSync(taken) ? readdirSync(taken) : [];
    const isWorking = rest.length > 0 && rest.every((name) => name.includes('.partial'));
    const broken = ended?.code === 0 ? ['it says done, and nothing is there'] : [];
    if (rest.length > 0 && !isWorking) broken.push(`${rest.join(', ')} is there`);
    return { left: isWorking ? 'a folder called “.partial”' : 'nothing', broken };
  }
  const differing = all.filter((name) => !isEqual(join(root, name), join(reference, name)));
  const silent = differing.filter((name) => !told.has(name));
  const broken = silent.map((name) => `${name} is not what was on the card, and nobody says so`);
  if (ended?.code === 0 && differing.length > 0) broken.push('it calls a loss a success');
  const whole = `${all.length - differing.length} of ${all.length} files`;
  return {
    left: differing.length === 0 ? 'all files' : `${whole} whole, the others named`,
    broken,
  };
}

function isEqual(one: string, other: string): boolean {
  return existsSync(one) && readFileSync(one).equals(readFileSync(other));
}
