/** Faults of cards and their readers. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Running } from '../../test/cli/run-pikeep.ts';
import { findTool } from '../../test/support/tools.ts';
import { CARD_BYTES } from './card.ts';
import { type Column, isBackup } from './cell.ts';
import { inTheMiddle, type Row, type Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const KIB = 1024;
const TAIL = 64 * KIB;
const STALL_SECONDS = 8;
/** A number that nobody else's loop device has. */
const SWAPPED = 7411;

function badPlaces(
  name: string,
  title: string,
  how: string,
  rangesOf: (stage: Stage) => { offset: number; bytes: number }[],
  extra: (column: Column) => Partial<Scene> & { options?: string[] },
): Row {
  return {
    ...{ name, title, how },
    async scene(stage, column) {
      const ranges = rangesOf(stage);
      const reader = await stage.reader(stage.isWriting ? { badWrites: ranges } : { bad: ranges });
      const { options = [], ...rest } = extra(column);
      return { args: [...stage.args({ device: reader.path }), ...options], ...rest };
    },
  };
}

const band = badPlaces(
  'eio-band',
  'EIO in a band',
  '64 KiB in the middle of a photograph never read (ddrescue filter of nbdkit), or refuse to be written (protect filter).',
  ({ props }) => [{ offset: props.card.photo, bytes: 64 * KIB }],
  () => ({ isLossy: true }),
);

const tail = badPlaces(
  'eio-tail',
  'EIO at the tail',
  'The same with the last 64 KiB of the card, which is copied whole. No file lies there.',
  () => [{ offset: CARD_BYTES - TAIL, bytes: TAIL }],
  (column) => ({
    isLossy: isBackup(column) || column === 'verify',
    options: isBackup(column) ? ['--whole-card'] : [],
  }),
);

const everywhere = badPlaces(
  'eio-everywhere',
  'EIO everywhere',
  'The same with all of the card.',
  () => [{ offset: 0, bytes: CARD_BYTES }],
  () => ({ isLossy: true }),
);

const short: Row = {
  name: 'short-io',
  title: 'short reads and writes',
  how: 'Every read and write at a position gives half of what was asked for (LD_PRELOAD).',
  async scene(stage) {
    const { path } = await stage.loop();
    const env = { LD_PRELOAD: stage.props.preload, SHORT_IO: '1' };
    return { args: stage.args({ device: path }), env };
  },
};

const slow: Row = {
  name: 'slow',
  title: 'slow reader',
  how: 'The reader gives 12 MiB a second, and each read waits 20 ms (rate and delay filter).',
  async scene(stage) {
    const reader = await stage.reader({ delayMs: 20 });
    return { args: stage.args({ device: reader.path }) };
  },
};

const stalled: Row = {
  name: 'stalled',
  title: 'stalled reader',
  how: `In the middle the reader stops to answer, for ever (SIGSTOP); the limit is set to ${STALL_SECONDS} seconds.`,
  async scene(stage, column) {
    const reader = await stage.reader({});
    return {
      args: stage.args({ device: reader.path }),
      env: { PIKEEP_STALL_SECONDS: String(STALL_SECONDS) },
      isLossy: true,
      limitSeconds: 90,
      during: async (running) => {
        await inTheMiddle(running, column);
        reader.freeze();
      },
      after: async () => reader.thaw(),
    };
  },
};

/** lsblk with another size for this card. */
function wrongSize(name: string, title: string, told: number): Row {
  return {
    ...{ name, title },
    how: `lsblk says ${told / KIB / KIB} MiB of a card that has ${CARD_BYTES / KIB / KIB}.`,
    async scene(stage) {
      const { path } = await stage.loop();
      const bin = join(stage.folder, 'bin');
      mkdirSync(bin);
      const program = `#!/bin/sh\n${findTool('lsblk')} "$@" | sed -E 's/("size": *"?)${CARD_BYTES}\\b/\\1${told}/'\n`;
      writeFileSync(join(bin, 'lsblk'), program, { mode: 0o755 });
      return {
        args: stage.args({ device: path }),
        env: { PATH: `${bin}:${process.env['PATH']}` },
        isOther: true,
      };
    },
  };
}

const pulled: Row = {
  name: 'pulled',
  title: 'card pulled',
  how: 'In the middle the reader goes away (its server is ended).',
  async scene(stage, column) {
    const reader = await stage.reader({});
    return {
      args: stage.args({ device: reader.path }),
      isLossy: true,
      during: async (running) => {
        await inTheMiddle(running, column);
        await reader.kill();
      },
    };
  },
};

const swapped: Row = {
  name: 'swapped',
  title: 'another card in its place',
  how: 'After the command has named the card and before its worker opens it, another card has its device name.',
  async scene(stage, column) {
    const loop = await stage.loop(undefined, { number: SWAPPED });
    const { props } = stage;
    return {
      args: stage.args({ device: loop.path }),
      isOther: true,
      isLossy: column !== 'extract',
      during: async (running) => {
        await running.untilEvent(({ event }) => event === 'start');
        swap(running, loop.path, props.other.path, stage.isWriting);
      },
    };
  },
};

/** Nobody moves meanwhile. */
function swap({ pid }: Running, device: string, image: string, writable: boolean): void {
  process.kill(-pid, 'SIGSTOP');
  execFileSync('losetup', ['--detach', device]);
  execFileSync('losetup', [...(writable ? [] : ['--read-only']), device, image]);
  process.kill(-pid, 'SIGCONT');
  if (!basename(device).startsWith('loop')) throw new Error(device);
}

export const readerRows: readonly Row[] = [
  band,
  tail,
  everywhere,
  short,
  slow,
  stalled,
  wrongSize('told-smaller', 'card larger than told', CARD_BYTES / 2),
  wrongSize('told-larger', 'card smaller than told', CARD_BYTES * 2),
  pulled,
  swapped,
];
