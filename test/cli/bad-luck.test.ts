import { copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsSystem, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep, type Running, startPikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

const MIB = 1024 ** 2;
const FOUR_GIB = 4 * 1024 ** 3;

describe.skipIf(needsTools(...cardTools))('in the middle of things', () => {
  let rig: SlotRig;
  let running: Running | null = null;
  beforeEach(async () => {
    rig = await slotRig();
  });
  afterEach(async () => {
    if (running?.child.exitCode === null && running.child.signalCode === null) {
      process.kill(-running.pid, 'SIGKILL');
      await running.ended;
    }
    running = null;
    rig.remove();
  });

  it.skipIf(needsLoop())(
    'a second backup of one card by another process is refused, and the first goes on',
    async () => {
      const loop = await attachLoop(rig.card);
      try {
        const args = ['backup', loop.id, '--json', '--allow-disk-image', '--library', rig.library];
        const first = startPikeep([...args, '--whole-card'], { group: true });
        running = first;
        await first.untilEvent(({ phase }) => phase === 'copying');
        process.kill(-first.pid, 'SIGSTOP');
        const second = await pikeep(args);
        process.kill(-first.pid, 'SIGCONT');
        expect(second.code).toBe(1);
        expect(second.last).toMatchObject({ event: 'error', code: 'DEVICE_BUSY' });
        expect(undocumented(second.events)).toEqual([]);
        expect((await first.ended).code).toBe(0);
        expect(rig.files().filter((name) => name.endsWith('.img'))).toHaveLength(1);
      } finally {
        await loop.detach();
      }
    },
  );

  it.skipIf(needsLoop() || needsTools('nbdkit', 'nbdfuse', 'fusermount3'))(
    'a card reader dies: the backup fails, and all that is left of it is what it can be continued from',
    async () => {
      const reader = await faultyReader(rig.card, { bytesPerSecond: 8 * MIB });
      try {
        const disk = ['backup', basename(reader.path), '--json', '--allow-disk-image'];
        running = startPikeep([...disk, '--whole-card', '--library', rig.library], { group: true });
        await running.untilEvent(({ phase, bytes }) => phase === 'copying' && Number(bytes) > 0);
        await reader.kill();
        const { code, last } = await running.ended;
        expect(code).toBe(1);
        expect(last).toMatchObject({
          event: 'error',
          code: expect.stringMatching(/^(READ_FAILED|DEVICE_GONE)$/),
          next: expect.stringMatching(/\w/),
        });
        // Whether anything was proven by then is up to the reader.
        for (const name of rig.files())
          expect(name).toMatch(/\.img\.partial(\.checkpoint|\.json)?$/);
      } finally {
        await reader.close();
      }
    },
    120_000,
  );

  it.skipIf(needsSystem('linux') || needsTools('findmnt'))(
    'a destination that holds no file of 4 GiB is told so, and takes a card that is just smaller',
    async () => {
      // The kernel of a test machine may know no FAT, so what PiKeep asks about the volume answers as if it were one.
      const findmnt = tool('sh', ['-c', 'command -v findmnt']).trim();
      const bin = join(rig.folder, 'bin');
      const to = join(rig.folder, 'stick');
      for (const folder of [bin, to]) mkdirSync(folder);
      const asFat = `#!/bin/sh\n${findmnt} "$@" | sed 's/"fstype": *"[^"]*"/"fstype": "vfat"/'\n`;
      writeFileSync(join(bin, 'findmnt'), asFat, { mode: 0o755 });
      const env = { PATH: `${bin}:${process.env['PATH']}` };
      for (const [name, bytes] of [
        ['larger', FOUR_GIB],
        ['smaller', FOUR_GIB - 512],
      ] as const) {
        copyFileSync(rig.card, join(rig.slot, `${name}.img`));
        truncateSync(join(rig.slot, `${name}.img`), bytes);
      }
      const args = ['--json', '--slot', rig.slot, '--to', to];
      const refused = await pikeep(['backup', 'larger', ...args], { env });
      expect(refused.code).toBe(1);
      expect(refused.last).toMatchObject({
        event: 'error',
        code: 'DESTINATION_FILE_LIMIT',
        facts: { fileSystem: 'vfat', limitBytes: FOUR_GIB - 1, neededBytes: FOUR_GIB },
      });
      expect(readdirSync(to)).toEqual([]);
      expect((await pikeep(['backup', 'smaller', ...args], { env })).code).toBe(0);
    },
  );
});
