import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep, startPikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools, SMALL_CARD_BYTES } from './small-card.ts';

let rig: SlotRig;

describe.skipIf(needsTools(...cardTools))('with a card in the slot', () => {
  beforeEach(async () => {
    rig = await slotRig();
  });
  afterEach(() => rig.remove());

  it('list names the Pi card, and every field is documented', async () => {
    rig.insert();
    writeFileSync(join(rig.slot, 'camera.img'), Buffer.alloc(1024 * 1024));
    const { code, events, last } = await pikeep(['list', '--json', ...rig.options]);
    expect(code).toBe(0);
    expect(undocumented(events)).toEqual([]);
    expect(last).toMatchObject({
      event: 'done',
      disks: [
        { id: 'camera.img', verdict: 'card', pi: 'no' },
        { id: 'octopi.img', verdict: 'pi-card', bytes: SMALL_CARD_BYTES, reason: null },
      ],
    });
  });

  it('list is a table for people', async () => {
    rig.insert();
    const { stdout } = await pikeep(['list', ...rig.options]);
    expect(stdout).toMatch(
      /^DISK .*\noctopi\.img +34\.6 MB +Raspberry Pi card +Pi card\n\noctopi\.img: never backed up\n$/,
    );
  });

  it('an empty slot is told, and is no failure', async () => {
    const { code, stdout } = await pikeep(['list', ...rig.options]);
    expect(code).toBe(0);
    expect(stdout).toBe('There is no card.\n');
  });

  it('inspect knows whose card it is, by any of its names, and in an image as well', async () => {
    const path = rig.insert();
    for (const name of ['octopi.img', 'octopi', path, rig.card]) {
      const { code, events, last } = await pikeep(['inspect', name, '--json', ...rig.options]);
      expect(code).toBe(0);
      expect(undocumented(events)).toEqual([]);
      expect(last).toMatchObject({
        hostname: 'octopi',
        os: 'Debian GNU/Linux 13 (trixie)',
        pi: 'yes',
        scheme: 'mbr',
        tableId: '5e3da3da',
        partitions: [{ fileSystem: 'fat16' }, { index: 2 }],
      });
    }
    const { stdout } = await pikeep(['inspect', 'octopi', ...rig.options]);
    expect(stdout).toContain('Hostname');
    expect(stdout).toContain('bootfs');
    expect(stdout).toMatch(/A backup reads [\d.]+ of 34\.6 MB; [\d.]+ MB are proven free\./);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('backup makes a proven image that equals the card, and verify agrees', async () => {
    rig.insert();
    const backup = await pikeep(['backup', 'octopi', '--whole-card', '--json', ...rig.options]);
    expect(backup.code).toBe(0);
    expect(backup.stderr).toBe('');
    expect(undocumented(backup.events)).toEqual([]);
    expect(backup.events.map(({ event }) => event)).not.toContain('warning');
    const { image, manifest } = backup.last as unknown as { image: string; manifest: string };
    expect(image).toMatch(/library\/octopi\/octopi \d{4}-\d\d-\d\d \d\d\.\d\d\.img$/);
    expect(readFileSync(image).equals(readFileSync(rig.card))).toBe(true);
    expect(statSync(image).mode & 0o777).toBe(0o444);
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({
      content: { plainSha256: backup.last['plainSha256'] },
    });
    expect(rig.files()).toHaveLength(3);
    const verify = await pikeep(['verify', image, '--json']);
    expect(verify.code).toBe(0);
    expect(undocumented(verify.events)).toEqual([]);
    expect(verify.last).toMatchObject({ command: 'verify', image, bytes: SMALL_CARD_BYTES });
  });

  it('backup tells people what it made, and how little it had to read', async () => {
    rig.insert();
    const { code, stdout, stderr } = await pikeep(['backup', 'octopi', ...rig.options]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^octopi is backed up\.\n/);
    expect(stdout).toContain(rig.library);
    expect(stdout).toContain('everything the card uses');
    expect(stderr).toMatch(/Copying .*100%/);
  });

  it('two backups in one minute are both kept, one after the other or at once', async () => {
    rig.insert();
    const again = () => pikeep(['backup', 'octopi', '--json', ...rig.options]);
    const results = [await again(), ...(await Promise.all([again(), again()]))];
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const images = results.map(({ last }) => last['image'] as string);
    expect(new Set(images).size).toBe(3);
    for (const image of images) {
      expect(readFileSync(image).equals(readFileSync(rig.card))).toBe(true);
    }
    expect(rig.files()).toHaveLength(9);
  });

  it('a byte that changed in the image is a difference: exit 6', async () => {
    rig.insert();
    const to = join(rig.folder, 'a.img');
    expect((await pikeep(['backup', 'octopi', '--to', to, ...rig.options])).code).toBe(0);
    const content = readFileSync(to);
    content.writeUInt8(content.readUInt8(4_200_000) ^ 1, 4_200_000);
    rmSync(to);
    writeFileSync(to, content);
    const { code, last } = await pikeep(['verify', to, '--json']);
    expect(code).toBe(6);
    expect(last).toMatchObject({ event: 'error', code: 'VERIFY_DIFFERS', facts: { ranges: 1 } });
  });

  it('an image that is not there, or has nothing to be compared with, says so', async () => {
    const missing = await pikeep(['verify', join(rig.folder, 'none.img'), '--json']);
    expect(missing).toMatchObject({ code: 1, last: { code: 'NO_SUCH_IMAGE' } });
    const bare = await pikeep(['verify', rig.card, '--json']);
    expect(bare).toMatchObject({ code: 1, last: { code: 'MANIFEST_MISSING' } });
  });

  it('nobody reading stdout is no crash, and does not cost the backup', async () => {
    rig.insert();
    const listing = startPikeep(['list', ...rig.options]);
    listing.child.stdout?.destroy();
    expect(await listing.ended).toMatchObject({ code: 0, stderr: '' });
    const backup = startPikeep(['backup', 'octopi', '--json', ...rig.options]);
    backup.child.stdout?.destroy();
    expect(await backup.ended).toMatchObject({ code: 0, stderr: '' });
    expect(rig.files()).toHaveLength(3);
  });
});
