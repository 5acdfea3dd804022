/** What `diskutil` says, and when. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { weakIdentity, weakIdentityText } from '../../../src/engine/disk.ts';
import { glance } from '../../../src/engine/pi-card.ts';
import { seemsSameCard } from '../../../src/engine/same-card.ts';
import { judge } from '../../../src/engine/selection.ts';
import { wholeDiskOf } from '../../../src/platform/macos/disk-names.ts';
import { disksBelow } from '../../../src/platform/macos/disk-records.ts';
import { watchTimes } from '../../../src/platform/macos/disk-watch.ts';
import { askInfo } from '../../../src/platform/macos/diskutil.ts';
import { identitiesAfter } from '../../../src/worker/after-restore.ts';
import { type Check, expectThat } from '../check.ts';
import type { Stage } from '../stage.ts';

const circumstances = {
  destinationDisks: [],
  allowOtherExternal: false,
  neverTouch: [],
};
/** Milliseconds in which a line has to come through the pipe. */
const LINE_MS = 5000;

export const listingChecks: readonly Check[] = [
  {
    name: 'list-and-info',
    assumption: '“diskutil list -plist” and “info -plist” name every whole disk, with its size.',
    source: 'recordings of macOS 10.15 to 26',
    how: {
      async run(stage) {
        const card = await stage.card();
        expectThat(
          card.bytes === stage.cardBytes,
          `${card.id} is said to have ${card.bytes} bytes`,
        );
        expectThat(card.sectorBytes === 512, `sectors of ${card.sectorBytes} bytes`);
        return `${card.id}: ${card.bytes} bytes`;
      },
    },
  },
  {
    name: 'no-such-disk',
    assumption: 'Asked for a disk that has left, diskutil answers “Could not find disk”.',
    source: 'a recording',
    how: {
      async run({ world }) {
        const answer = await askInfo(world.places.tools, 'disk9999');
        expectThat(answer === null, 'it describes a disk that is not there');
        return 'it says so';
      },
    },
  },
  {
    name: 'system-disk-protected',
    assumption: 'The disks behind “/” are found through its container and physical stores.',
    source: 'recordings; that they are all is a guess',
    how: { run: ({ world }) => systemDisks(world) },
  },
  {
    name: 'disk-image-refused',
    assumption: 'A disk image says so in BusProtocol, and is no card unless that was asked for.',
    source: 'recordings of macOS 26',
    onlyReal: true,
    how: {
      async run(stage) {
        const card = await stage.card();
        const verdict = judge(card, { ...circumstances, allowDiskImage: false });
        expectThat(card.bus === 'disk-image', `its bus is ${card.bus}`);
        expectThat(!verdict.offer, 'it is offered as a card');
        return 'refused';
      },
    },
  },
  {
    name: 'recognised',
    assumption: 'A card with a FAT and a Linux partition is shown as such before it is opened.',
    source: 'recordings of cards of Raspberry Pi OS',
    how: {
      async run(stage) {
        const card = await stage.card();
        const kinds = card.partitions.map(({ typeName }) => typeName).join(', ');
        expectThat(card.scheme === 'mbr', `its scheme is ${card.scheme}`);
        expectThat(glance(card).pi === 'likely', `it looks like no Pi's: ${kinds}`);
        const offer = judge(card, { ...circumstances, allowDiskImage: true });
        expectThat(offer.offer, 'it is not offered');
        return kinds;
      },
    },
  },
  {
    name: 'known-again',
    assumption:
      'A card whose restore was never proven is known again by what is listed of it; the UUID of its FAT is made of serial number and size.',
    source: 'msdosfs_vfsops.c of Apple; recordings of the EFI volume of Macs',
    onlyReal: true,
    how: { run: knownAgain },
  },
  {
    name: 'activity-through-a-pipe',
    assumption: '“diskutil activity” prints each line at once, also into a pipe.',
    source: 'programs of others that read it so; that it does not buffer is a guess',
    how: { run: activityLine },
  },
  {
    name: 'watch',
    assumption: 'A card is noticed by that line, not only by the slow look at /dev.',
    source: 'as before',
    how: { run: watchSees },
  },
];

async function knownAgain(stage: Stage): Promise<string> {
  const listed = weakIdentity(await stage.card());
  const { imageFiles } = stage.world.platform;
  const { device } = await imageFiles.open(join(stage.folder, 'card.img'));
  try {
    const expected = await identitiesAfter(device);
    const seen = weakIdentityText(listed);
    const isKnown = expected.some((one) => seemsSameCard(one, listed));
    expectThat(isKnown, `${seen} instead of ${expected.map(weakIdentityText).join(' or ')}`);
    return seen;
  } finally {
    await device.close();
  }
}

async function systemDisks({ places, platform }: Stage['world']): Promise<string> {
  const root = await askInfo(places.tools, '/');
  expectThat(root !== null, 'diskutil knows nothing of “/”');
  const behind = disksBelow(root);
  expectThat(behind.length > 0, 'no disk behind “/” was found');
  const disks = await platform.disks.list();
  for (const id of behind) {
    const disk = disks.find((candidate) => candidate.id === id);
    expectThat(disk !== undefined, `${id} is behind “/” and is not listed`);
    const { offer } = judge(disk, {
      ...circumstances,
      allowDiskImage: true,
      allowOtherExternal: true,
    });
    expectThat(!offer, `${id} is behind “/” and is offered`);
  }
  return behind.join(', ');
}

async function activityLine(stage: Stage): Promise<string> {
  await stage.detach(await stage.card());
  const child = spawn(stage.world.places.tools.diskutil, ['activity'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const lines = createInterface({ input: child.stdout });
    const seen = new Set<string>();
    let wake = () => {};
    lines.on('line', (line) => {
      const name = /\('([^']+)'/.exec(line)?.[1];
      const disk = name === undefined ? null : wholeDiskOf(name);
      if (disk !== null && line.startsWith('***DiskAppeared')) seen.add(disk);
      wake();
    });
    const { id } = await stage.card();
    const start = performance.now();
    while (!seen.has(id)) {
      const left = LINE_MS - (performance.now() - start);
      expectThat(left > 0, `no line about ${id} within ${LINE_MS} ms`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, left);
      });
    }
    return `its line came ${Math.round(performance.now() - start)} ms after the disk was there`;
  } finally {
    child.kill('SIGKILL');
  }
}

async function watchSees(stage: Stage): Promise<string> {
  const { disks } = stage.world.platform;
  await stage.detach(await stage.card());
  let wake = () => {};
  const watch = disks.watch(() => wake());
  try {
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // What the start of the watch itself reports has passed once the disk is attached and listed.
    const { id } = await stage.card();
    const start = performance.now();
    await Promise.race([
      changed,
      new Promise<void>((resolve) => setTimeout(resolve, watchTimes.poll).unref()),
    ]);
    const took = performance.now() - start;
    expectThat(took < watchTimes.poll / 2, `${id} was noticed after ${Math.round(took)} ms only`);
    return `noticed within ${Math.round(took)} ms`;
  } finally {
    await watch.close();
  }
}
