import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toExtents } from '../../src/engine/extents.ts';
import type { Manifest } from '../../src/engine/image/manifest.ts';
import { openFileDevice } from '../../src/platform/file-device.ts';
import { pikeep } from '../cli/run-pikeep.ts';
import { dyingCardTools, makeDyingCard, placeOf } from '../support/dying-card.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { type FaultyReader, faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsTools } from '../support/tools.ts';

const needed = [...dyingCardTools, 'nbdkit', 'nbdfuse', 'fusermount3', 'ddrescue'];

/** A block device of the kernel that answers EIO, and GNU ddrescue as the judge of what can be had from it. */
describe.skipIf(needsLoop() || needsTools(...needed))('a dying card in a reader', () => {
  const folder = temporaryFolder();
  const card = join(folder.path, 'card.img');
  const out = join(folder.path, 'out');
  let reader: FaultyReader;
  let photo: number;
  beforeAll(async () => {
    await makeDyingCard(card);
    mkdirSync(out);
    photo = placeOf(card, '/home/pi/photo.jpg', 50);
    const log = placeOf(card, '/var/log/syslog', 2);
    reader = await faultyReader(card, {
      bad: [
        { offset: photo, bytes: 24_576 },
        { offset: log + 512, bytes: 1024 },
      ],
    });
  });
  afterAll(async () => {
    await reader?.close();
    folder.remove();
  });

  it('gives as much to PiKeep as to ddrescue, and ends with exit code 3', async () => {
    const judged = join(folder.path, 'ddrescue.img');
    const map = join(folder.path, 'ddrescue.map');
    tool('ddrescue', ['--idirect', '--quiet', '--retry-passes=1', reader.path, judged, map]);
    const { code, last, events } = await pikeep([
      ...['backup', reader.path, '--allow-disk-image', '--whole-card', '--json', '--to', out],
    ]);
    expect(code).toBe(3);
    expect(events.find(({ event }) => event === 'warning')).toMatchObject({ code: 'INCOMPLETE' });
    expect(last).toMatchObject({
      event: 'done',
      unreadable: { files: ['/home/pi/photo.jpg', '/var/log/syslog'] },
    });
    const { image, manifest } = last as unknown as { image: string; manifest: string };
    expect(image).toContain('(incomplete).img');
    const { unreadable } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    const lost = badIn(readFileSync(map, 'utf8'));
    expect(unreadable.map(({ offset, bytes }) => ({ offset, bytes }))).toEqual(lost);
    expect(tool('cmp', [image, judged])).toBe('');
    const verified = await pikeep(['verify', image, '--json']);
    expect(verified).toMatchObject({ code: 0, last: { unreadable: { ranges: lost.length } } });
    const compared = await pikeep([
      ...['verify', image, '--against', reader.path, '--allow-disk-image', '--json'],
    ]);
    expect(compared).toMatchObject({ code: 0, last: { verdict: 'same' } });
  }, 120_000);

  it('reads what lies beside a bad place', async () => {
    const device = await openFileDevice(reader.path);
    try {
      const sector = new Uint8Array(512);
      await expect(device.read(sector, photo)).rejects.toMatchObject({ code: 'READ_FAILED' });
      // The kernel's loop device reads its file in pages of 4096 bytes.
      const beside = photo - (photo % 4096) - 512;
      await device.read(sector, beside);
      expect(Buffer.compare(sector, readFileSync(card).subarray(beside, beside + 512))).toBe(0);
    } finally {
      await device.close();
    }
  });
});

/** What a map of ddrescue calls bad. */
function badIn(map: string): { offset: number; bytes: number }[] {
  const lines = map.split('\n').filter((line) => !line.startsWith('#'));
  const bad = lines.slice(1).flatMap((line) => {
    const [, offset, bytes] = /^(0x\w+)\s+(0x\w+)\s+-$/.exec(line) ?? [];
    return offset && bytes ? [{ offset: Number(offset), bytes: Number(bytes) }] : [];
  });
  return toExtents(bad);
}
