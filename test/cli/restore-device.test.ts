import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyImage, tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { slowReader, slowReaderTrouble } from '../support/slow-reader.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type RestoreRig, restoreRig } from './restore-rig.ts';
import { type Ended, pikeep, script, startPikeep } from './run-pikeep.ts';
import { cardTools, SMALL_CARD_BYTES } from './small-card.ts';

const MIB = 1024 * 1024;
const slowTrouble = await slowReaderTrouble();

let rig: RestoreRig;

/** Device files of this machine, with the disk images that are loop devices. */
async function run(...args: string[]): Promise<Ended> {
  const options = ['--allow-disk-image', '--library', rig.library, '--json'];
  const ended = await pikeep([...args, ...options]);
  expect(undocumented(ended.events)).toEqual([]);
  return ended;
}

function oldCard(name: string, bytes = SMALL_CARD_BYTES): string {
  const path = join(rig.folder, name);
  writeFileSync(path, randomFillSync(Buffer.alloc(bytes)));
  return path;
}

describe.skipIf(needsLoop() || needsTools(...cardTools, 'cmp', 'mount', 'umount'))(
  'restoring to a real block device',
  () => {
    beforeAll(async () => {
      rig = await restoreRig();
    });
    afterAll(() => rig.remove());

    it('makes it what was backed up, as the system’s own tools find', async () => {
      const loop = await attachLoop(oldCard('card-a'));
      try {
        const { code, last } = await run('restore', rig.image, loop.path, '--yes');
        expect(last).toMatchObject({ event: 'done', disk: loop.id, verified: 'read-back' });
        expect(code).toBe(0);
        // Throws with a status of 1 when they differ.
        tool('cmp', [rig.card, loop.path]);
      } finally {
        await loop.detach();
      }
    });

    it('unmounts the card first', async () => {
      const old = emptyImage(join(rig.folder, 'mounted-card'), SMALL_CARD_BYTES);
      tool('mke2fs', ['-q', '-t', 'ext4', old]);
      const mounted = join(rig.folder, 'mounted');
      mkdirSync(mounted);
      const loop = await attachLoop(old);
      try {
        tool('mount', [loop.path, mounted]);
        writeFileSync(join(mounted, 'file'), 'old');
        const { code } = await run('restore', rig.image, loop.id, '--yes');
        expect(code).toBe(0);
        expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(`${loop.path} `);
        tool('cmp', [rig.card, loop.path]);
      } finally {
        await loop.detach();
      }
    });

    it('refuses one that is write-protected, one with the image on it, and one nobody allowed', async () => {
      const content = oldCard('card-b');
      const before = readFileSync(content);
      const locked = await attachLoop(content, { readOnly: true });
      try {
        const { code, last } = await run('restore', rig.image, locked.id, '--yes');
        expect(last).toMatchObject({ code: 'WRITE_PROTECTED' });
        expect(code).toBe(4);
        const args = ['restore', rig.image, locked.id, '--yes', '--json'];
        expect(await pikeep(args)).toMatchObject({ code: 4, last: { code: 'NOT_A_CARD' } });
      } finally {
        await locked.detach();
      }
      expect(readFileSync(content).equals(before)).toBe(true);

      const holder = emptyImage(join(rig.folder, 'holder'), 96 * MIB);
      tool('mke2fs', ['-q', '-t', 'ext4', holder]);
      const mounted = join(rig.folder, 'holds-image');
      mkdirSync(mounted);
      const loop = await attachLoop(holder);
      try {
        tool('mount', [loop.path, mounted]);
        try {
          const copy = join(mounted, 'copy.img');
          writeFileSync(copy, readFileSync(rig.image));
          const { code, last } = await run('restore', copy, loop.id, '--yes');
          expect(last).toMatchObject({ code: 'PROTECTED_DISK', facts: { reason: 'destination' } });
          expect(code).toBe(4);
          expect(readFileSync(copy).equals(readFileSync(rig.image))).toBe(true);
        } finally {
          tool('umount', [mounted]);
        }
      } finally {
        await loop.detach();
      }
    });

    it('refuses the disk of the running system, whatever is asked for', async (context) => {
      const listed = await pikeep(['list', '--all', '--json']);
      const disks = listed.last['disks'] as { id: string; path: string; reason: string | null }[];
      const system = disks.find(({ reason }) => reason === 'system-disk');
      if (!system) return context.skip('the running system is on no disk that can be seen');
      for (const name of [system.id, system.path]) {
        const { code, last } = await run('restore', rig.image, name, '--yes', '--force-unmount');
        expect(last).toMatchObject({ code: 'PROTECTED_DISK' });
        expect(code).toBe(4);
      }
    });

    it.skipIf(slowTrouble !== '')(
      'that is interrupted says that the card has to be restored again, and that heals it',
      { timeout: 120_000 },
      async () => {
        const content = oldCard('card-c');
        const reader = await slowReader(content, { write: 10_000_000 });
        try {
          const args = ['restore', rig.image, reader.id, '--yes', '--json', '--full'];
          const options = ['--allow-disk-image', '--library', rig.library];
          const [command = '', ...words] = reader.limited([script, ...args, ...options]);
          const running = startPikeep(words, { command, group: true });
          await running.untilEvent(
            ({ phase, bytes }) => phase === 'writing' && (bytes as number) > 0,
          );
          process.kill(-running.pid, 'SIGINT');
          const { code, events, last } = await running.ended;
          expect(code).toBe(130);
          expect(undocumented(events)).toEqual([]);
          expect(last).toMatchObject({ code: 'INTERRUPTED' });
          const warning = events.find((event) => event['code'] === 'CARD_UNFINISHED');
          expect(warning).toMatchObject({ disk: reader.id });
          expect(warning?.['text']).toContain('has to be restored again');

          const disks = (await run('list')).last['disks'] as { id: string }[];
          expect(disks.find(({ id }) => id === reader.id)).toMatchObject({
            pi: 'no',
            unfinished: expect.stringMatching(/^octopi .*\.img$/),
          });
          const undo = await run('restore', '--undo', reader.id, '--yes');
          expect(undo).toMatchObject({ code: 4, last: { code: 'UNDO_IMPOSSIBLE' } });
          expect((await run('restore', rig.image, reader.id, '--yes')).code).toBe(0);
          tool('cmp', [rig.card, reader.path]);
        } finally {
          await reader.detach();
        }
        rmSync(content);
      },
    );
  },
);
