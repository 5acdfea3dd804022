/** Backups and restores from beginning to end, through every door, judged by the image files themselves. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { weakIdentity } from '../../../src/engine/disk.ts';
import { isPiKeepError } from '../../../src/engine/errors.ts';
import { type DoorName, doorNames } from '../../../src/platform/ports.ts';
import { runBackup } from '../../../src/worker/backup-task.ts';
import { runRestore } from '../../../src/worker/restore-task.ts';
import type { BackupTask, RestoreTask } from '../../../src/worker/tasks.ts';
import { runVerify } from '../../../src/worker/verify-task.ts';
import { type Check, expectThat, NotHere } from '../check.ts';
import { type Stage, sha256Of } from '../stage.ts';

const sources: Readonly<Record<DoorName, string>> = {
  direct: 'open(2): whoever attached an image owns its nodes',
  authopen: 'man authopen, rpi-imager; that the descriptor reaches Node was tried on Linux only',
  helper: 'man sudo; that it keeps the responsible app is known from Etcher',
};

export const taskChecks: readonly Check[] = [
  ...doorNames.map((door): Check => {
    return {
      name: `backup-${door}`,
      assumption: `A card is backed up, proven and ejected through the door ${door}.`,
      source: sources[door],
      how: { run: (stage) => backUp(stage, door) },
    };
  }),
  {
    name: 'read-back-from-the-disk',
    assumption:
      'F_NOCACHE, F_FULLFSYNC and mincore together prove that an image on APFS was read from the disk.',
    source: 'man fcntl, man mincore; that they do is a guess',
    onlyReal: true,
    how: {
      async run(stage) {
        const { method } = await verified(stage);
        expectThat(method === 'read-back', `the proof is only ${method}`);
        return method;
      },
    },
  },
  {
    name: 'verify',
    assumption: 'A backup that was made is found to be what its manifest says.',
    source: 'PiKeep itself',
    how: {
      async run(stage) {
        const { bytes } = await verified(stage);
        return `${bytes} bytes compared`;
      },
    },
  },
  ...doorNames.map((door): Check => {
    return {
      name: `restore-${door}`,
      assumption: `A backup is written to another card through the door ${door}, proven and ejected.`,
      source:
        door === 'authopen'
          ? 'man authopen; rpi-imager says that such writes can fail in mid-stream on macOS 26'
          : sources[door],
      how: { run: (stage) => restore(stage, door) },
    };
  }),
];

async function verified(stage: Stage): Promise<{ method: string; bytes: number }> {
  if (stage.backup === null) throw new NotHere('no backup was made');
  const result = await runVerify({ task: 'verify', image: stage.backup }, stage.context());
  return { method: result.verified, bytes: statSync(stage.backup).size };
}

function sourceOf(door: DoorName): BackupTask['source'] {
  return { slot: null, allowDiskImage: true, allowOtherExternal: false, neverTouch: [], door };
}

/** Whom the node belongs to differs; through the other doors, not getting in is a failure. */
function ownNodeOnly(door: DoorName): (error: unknown) => never {
  return (error) => {
    if (door === 'direct' && isPiKeepError(error, 'NO_DOOR')) {
      throw new NotHere('this user does not own the nodes of what it attached');
    }
    throw error;
  };
}

async function backUp(stage: Stage, door: DoorName): Promise<string> {
  const disk = await stage.card();
  await stage.prepareDoor(door, disk, 'readonly');
  const start = performance.now();
  const result = await runBackup(
    {
      task: 'backup',
      disk: disk.id,
      expected: null,
      source: sourceOf(door),
      destination: { kind: 'file', path: join(stage.library, `${door}.img`) },
      format: 'img',
      wholeCard: true,
      fullHash: true,
      verify: 'image',
      forceUnmount: false,
      ejectWhenDone: true,
    },
    stage.context(),
  ).catch(ownNodeOnly(door));
  const seconds = (performance.now() - start) / 1000;
  expectThat(result.ejected, 'the card was not ejected');
  expectThat((await stage.listed(disk.id)) === null, `${disk.id} is still listed`);
  await stage.detach(disk);
  const found = await sha256Of(result.image);
  expectThat(found === stage.cardSha256, 'the image is not the card');
  const still = await sha256Of(join(stage.folder, 'card.img'));
  expectThat(still === stage.cardSha256, 'the card itself was changed');
  stage.backup = result.image;
  const speed = (stage.cardBytes / 1e6 / seconds).toFixed(0);
  return `equal to the card, ${result.verified}, ${speed} MB/s with opening and proof`;
}

async function restore(stage: Stage, door: DoorName): Promise<string> {
  if (stage.backup === null) throw new NotHere('no backup was made');
  const disk = await stage.blank();
  await stage.prepareDoor(door, disk, 'readwrite');
  const { partitions, ...identity } = weakIdentity(disk);
  const task: RestoreTask = {
    task: 'restore',
    image: stage.backup,
    disk: disk.id,
    expected: { ...identity, partitions: [...partitions] },
    source: sourceOf(door),
    library: stage.library,
    forceUnmount: false,
    mode: 'full',
    grow: 'leave',
    ejectWhenDone: true,
    recordsFolder: join(stage.folder, 'records'),
  };
  const warned: string[] = [];
  const context = stage.context((code) => warned.push(code));
  const result = await runRestore(task, context).catch(ownNodeOnly(door));
  await stage.detach(disk);
  const found = await sha256Of(join(stage.folder, 'blank.img'), stage.cardBytes);
  expectThat(found === stage.cardSha256, 'the card is not the image');
  expectThat(
    !warned.includes('DOOR_CHANGED'),
    'the door refused to go on, and another one finished',
  );
  return `equal to the image, ${result.verified}`;
}
