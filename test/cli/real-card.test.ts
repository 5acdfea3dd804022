import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../support/file-systems.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { pikeep, temporaryFolder } from './run-pikeep.ts';
import { cardTools, makeSmallCard } from './small-card.ts';

const CARD_BYTES = 300 * 1024 * 1024;
const DATA_BYTES = 20 * 1024 * 1024;

/** The card of the bench in small: a block device of the kernel, data at scattered places, and judges of the system. */
describe.skipIf(needsLoop() || needsTools(...cardTools, 'cmp', 'sha256sum', 'du', 'dd'))(
  'a real block device',
  () => {
    const folder = temporaryFolder();
    const out = join(folder.path, 'out');
    let loop: LoopDevice;

    beforeAll(async () => {
      const card = join(folder.path, 'card');
      await makeSmallCard(card, { bytes: CARD_BYTES });
      const data = join(folder.path, 'data');
      writeFileSync(data, randomFillSync(Buffer.alloc(DATA_BYTES)));
      tool('dd', [`if=${data}`, `of=${card}`, 'bs=1M', 'seek=200', 'conv=notrunc', 'status=none']);
      rmSync(data);
      mkdirSync(out);
      loop = await attachLoop(card);
    });
    afterAll(async () => {
      await loop?.detach();
      folder.remove();
    });

    it('is called a Pi card', async () => {
      const { last } = await pikeep(['list', '--allow-disk-image', '--json']);
      const disks = last['disks'] as { id: string; verdict: string }[];
      expect(disks.find(({ id }) => id === loop.id)).toMatchObject({
        verdict: 'pi-card',
        path: loop.path,
        bytes: CARD_BYTES,
      });
    });

    it('becomes an image that the system’s own tools find identical, and that keeps its holes', async () => {
      const link = join(folder.path, 'by-id');
      symlinkSync(loop.path, link);
      const { code, last } = await pikeep([
        'backup',
        link,
        '--allow-disk-image',
        '--whole-card',
        '--json',
        '--to',
        out,
      ]);
      expect(code).toBe(0);
      const { image, manifest } = last as unknown as { image: string; manifest: string };
      // Throws with a status of 1 when they differ.
      tool('cmp', [image, loop.path]);
      const [sum] = tool('sha256sum', [loop.path]).split(' ');
      const { content } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        content: { plainSha256: string };
      };
      expect(content.plainSha256).toBe(sum);
      const [kilobytes] = tool('du', ['-k', image]).split('\t');
      expect(Number(kilobytes) * 1024).toBeLessThan(DATA_BYTES + 2 * 1024 * 1024);
    });
  },
);
