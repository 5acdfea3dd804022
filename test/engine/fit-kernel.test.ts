import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { applyPlan, planFor, refusal } from '../support/fit-images.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { CMDLINE, makePiImage, PI_IMAGE_BYTES, releases } from '../support/pi-image.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const tools = ['sfdisk', 'parted', 'mkfs.vfat', 'mcopy', 'mke2fs', 'e2fsck', 'resize2fs', 'dd'];

describe.skipIf(needsLoop() || needsTools(...tools))(
  'what a plan makes of a card, to the kernel',
  () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const named = (name: string): string => join(folder.path, name);

    const onDevice = async <T>(card: string, run: (loop: LoopDevice) => T): Promise<T> => {
      const loop = await attachLoop(card, { partitions: true });
      try {
        return run(loop);
      } finally {
        await loop.detach();
      }
    };

    /** A command as people are given it, on the card that they have there. */
    const runCommand = (command: string, device: string, loop: LoopDevice): void => {
      const own = command.replaceAll('sudo ', '').replaceAll(device, loop.path);
      const part = /[0-9]$/.test(device)
        ? own
        : own.replaceAll(/(\/dev\/loop\d+)([25])\b/g, '$1p$2');
      execFileSync('sh', ['-ec', part], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
      });
    };

    const readBack = (loop: LoopDevice, partition: number): string => {
      const part = `${loop.path}p${partition}`;
      tool('e2fsck', ['-fn', part]);
      const mountPoint = named('mounted');
      mkdirSync(mountPoint, { recursive: true });
      tool('mount', ['-o', 'ro', part, mountPoint]);
      try {
        return readFileSync(join(mountPoint, 'etc/os-release'), 'utf8');
      } finally {
        tool('umount', [mountPoint]);
      }
    };

    const gpt = {
      ...releases.bookworm,
      table: 'label: gpt\nstart=8192,size=81920,type=uefi\nstart=90112,size=40960,type=linux\n',
      rootMib: 20,
    };

    it.each([64 * MIB + 33 * 512, 150 * MIB])(
      'has its partitions and files on a card of %i bytes with a GPT',
      async (bytes) => {
        const image = makePiImage(named('gpt.img'), gpt);
        const planned = await planFor(image, bytes);
        const card = applyPlan(image, planned.plan, named('card.img'), bytes);
        await onDevice(card, (loop) => {
          expect(readBack(loop, 2)).toContain('bookworm');
          // Nothing to repair: parted would say so, and refuse in a script.
          expect(tool('parted', ['-s', loop.path, 'print'])).toContain('gpt');
        });
      },
    );

    it('fits after the command that was given for it', async () => {
      for (const image of [releases.bookworm, gpt]) {
        const path = makePiImage(named('large.img'), { ...image, rootMib: 20 });
        const bytes = 62 * MIB;
        const { facts } = await refusal(planFor(path, bytes));
        const command = 'command' in facts ? facts.command : null;
        if (command === null) throw new Error(JSON.stringify(facts));
        expect(command).toContain('resize2fs');
        // e2fsck asks its questions at a terminal; without one it has to be told that none are wanted.
        const quiet = command.replace('e2fsck -f', 'e2fsck -f -p');
        await onDevice(path, (loop) => {
          runCommand(quiet, '/dev/sda', loop);
          // Where the kernel reads no tables itself, sfdisk has taken the partitions away.
          tool('partx', ['--update', loop.path]);
        });
        const planned = await planFor(path, bytes);
        const card = applyPlan(path, planned.plan, named('card.img'), bytes);
        await onDevice(card, (loop) => expect(readBack(loop, 2)).toContain('bookworm'));
      }
    });

    it('grows a logical partition by the command that was given for it', async () => {
      const image = makePiImage(named('logical.img'), {
        cmdline: CMDLINE,
        system: releases.buster.system,
        table:
          'label: dos\nstart=8192,size=79872,type=c\nstart=88064,size=51200,type=5\nstart=90112,size=49152,type=83\n',
      });
      const bytes = PI_IMAGE_BYTES + 80 * MIB;
      const planned = await planFor(image, bytes);
      const card = applyPlan(image, planned.plan, named('card.img'), bytes);
      const command = /“([^”]+)”/.exec(planned.growth?.advice ?? '')?.[1] ?? '';
      await onDevice(card, (loop) => {
        runCommand(command.replace('parted', 'parted -s'), '/dev/mmcblk0', loop);
        expect(readBack(loop, 5)).toContain('buster');
        const blocks = Number(tool('blockdev', ['--getsize64', `${loop.path}p5`]));
        expect(blocks).toBe(bytes - 44 * MIB);
      });
    });
  },
);
