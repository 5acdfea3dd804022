import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { type RestoreRig, restoreRig } from './restore-rig.ts';
import { pikeep } from './run-pikeep.ts';
import { cardTools, SMALL_CARD_BYTES } from './small-card.ts';

const MIB = 1024 * 1024;

let rig: RestoreRig;

describe.skipIf(needsTools(...cardTools))('restoring a card', () => {
  beforeAll(async () => {
    rig = await restoreRig();
  });
  afterAll(() => rig.remove());
  afterEach(() => rig.emptySlot());

  it('shows both sides, writes, proves, and keeps a report', async () => {
    const card = rig.insertOld('old.img');
    const { code, events, last, stderr } = await rig.restore([rig.image, 'old', '--yes']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(rig.isRestored(card)).toBe(true);
    expect(events[0]).toMatchObject({
      event: 'start',
      image: rig.image,
      mode: 'auto',
      grow: 'leave',
      source: { path: rig.image, bytes: SMALL_CARD_BYTES, mapOrigin: 'manifest', verified: true },
      targets: [
        {
          disk: 'old.img',
          bytes: SMALL_CARD_BYTES,
          lastBackup: null,
          isOrigin: false,
          unfinished: null,
          mustTypeName: false,
          fits: true,
        },
      ],
    });
    const phases = events.flatMap(({ event, phase }) => (event === 'progress' ? [phase] : []));
    expect(phases).toEqual(expect.arrayContaining(['checking', 'writing', 'proving']));
    for (const event of events.filter(({ event }) => event === 'progress')) {
      expect(event['disk']).toBe('old.img');
    }
    expect(last).toMatchObject({
      event: 'done',
      command: 'restore',
      title: 'octopi',
      disk: 'old.img',
      mappedBytes: SMALL_CARD_BYTES,
      provenBytes: SMALL_CARD_BYTES,
      ejected: false,
    });
    expect(last['verified']).toMatch(/^read-back/);
    const report = last['report'] as string;
    expect(report.startsWith(`${rig.folder}/state/`)).toBe(true);
    expect(readFileSync(report, 'utf8')).toContain(rig.image);
    const against = await pikeep(['verify', rig.image, '--against', 'old', ...rig.options]);
    expect(against.code).toBe(0);
  });

  it('tells people what is lost, what is written and what came of it', async () => {
    rig.insertOld('old.img');
    const args = ['restore', rig.image, 'old', '--yes', ...rig.options];
    const { code, stdout, stderr } = await pikeep(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Will be written: octopi$/m);
    expect(stderr).toMatch(/^ {2}Proof +proven when it was made$/m);
    expect(stderr).toMatch(/^Will be lost: .*\(old\.img\)$/m);
    expect(stderr).toMatch(/^ {2}Backup +none is known$/m);
    expect(stderr).toMatch(/^Writing .*100%/m);
    expect(stdout).toMatch(/^octopi is restored to old\.img\.$/m);
    expect(stdout).toMatch(/^ {2}Proof +34\.6 MB were read back/m);
    expect(`${stdout}${stderr}`).not.toMatch(/undefined|NaN|\[object/);
  });

  it('writes nothing when nobody says yes', async () => {
    const card = rig.insertOld('old.img');
    const before = readFileSync(card);
    const { code, events, last } = await rig.restore([rig.image, 'old']);
    expect(code).toBe(4);
    expect(last).toMatchObject({ code: 'NOT_CONFIRMED', facts: { disk: 'old.img' } });
    expect(events[0]).toMatchObject({ event: 'start', targets: [{ disk: 'old.img' }] });
    expect(readFileSync(card).equals(before)).toBe(true);
  });

  it('goes to the card the image was made of, if that is in a reader', async () => {
    rig.insertOld('old.img');
    const origin = rig.insert('again.img');
    const content = readFileSync(origin);
    content.fill(0xa5, 21 * MIB, 22 * MIB);
    writeFileSync(origin, content);
    const { code, last } = await rig.restore([rig.image, '--yes']);
    expect(last).toMatchObject({ event: 'done', disk: 'again.img' });
    expect(code).toBe(0);
    expect(rig.isRestored(origin)).toBe(true);
  });

  it('lists the cards there are where it is not clear which one is meant', async () => {
    const old = rig.insertOld('old.img');
    const before = readFileSync(old);
    const none = await rig.restore([rig.image, '--yes']);
    expect(none).toMatchObject({ code: 2, last: { code: 'USAGE' } });
    expect(none.events).toMatchObject([{ event: 'candidate', disk: 'old.img' }, {}]);
    expect(none.last['message']).toContain('restore ');
    rig.insert('one.img');
    rig.insert('two.img');
    const several = await rig.restore([rig.image, '--yes']);
    expect(several.code).toBe(2);
    expect(several.events.map(({ disk }) => disk)).toEqual([
      'old.img',
      'one.img',
      'two.img',
      undefined,
    ]);
    expect(readFileSync(old).equals(before)).toBe(true);
    expect(rig.isRestored(join(rig.slot, 'one.img'))).toBe(true);
  });

  it('writes only what differs where that is asked for, and everything where that is', async () => {
    const card = rig.insert('almost.img');
    const content = readFileSync(card);
    content.fill(0xa5, 21 * MIB, 22 * MIB);
    writeFileSync(card, content);
    const some = await rig.restore([rig.image, 'almost', '--yes', '--differential']);
    expect(some.last).toMatchObject({ mode: 'differential', provenBytes: SMALL_CARD_BYTES });
    expect(some.last['skippedBytes']).toBeGreaterThan(20 * MIB);
    expect(rig.isRestored(card)).toBe(true);
    const all = await rig.restore([rig.image, 'almost', '--yes', '--full']);
    expect(all.last).toMatchObject({ mode: 'full', skippedBytes: 0 });
    expect(rig.isRestored(card)).toBe(true);
  });

  it('makes the safety backup that was asked for, which has what is lost', async () => {
    const card = rig.insertOld('old.img');
    const before = readFileSync(card);
    const { code, events } = await rig.restore([rig.image, 'old', '--yes', '--backup-first']);
    expect(code).toBe(0);
    const backup = events.find(({ event }) => event === 'backup');
    expect(backup).toMatchObject({ disk: 'old.img', bytes: SMALL_CARD_BYTES });
    expect(readFileSync(backup?.['image'] as string).equals(before)).toBe(true);
    expect(rig.isRestored(card)).toBe(true);
  });

  it('ejects where that is asked for', async () => {
    const card = rig.insertOld('old.img');
    const { last } = await rig.restore([rig.image, 'old', '--yes', '--eject']);
    expect(last).toMatchObject({ event: 'done', ejected: true });
    expect(existsSync(card)).toBe(false);
    expect(rig.isRestored(join(rig.slot, 'ejected', 'old.img'))).toBe(true);
  });

  it('refuses a card whose lock switch is on', async () => {
    const card = rig.insertOld('old.img');
    const before = readFileSync(card);
    chmodSync(card, 0o444);
    const { code, events, last } = await rig.restore([rig.image, 'old', '--yes']);
    expect(last).toMatchObject({ code: 'WRITE_PROTECTED' });
    expect(code).toBe(4);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'warning', code: 'CARD_UNTOUCHED', disk: 'old.img' }),
    );
    expect(readFileSync(card).equals(before)).toBe(true);
  });

  it('refuses a card that is too small, and says by how much', async () => {
    const card = rig.insertOld('small.img', SMALL_CARD_BYTES - 4 * MIB);
    const before = readFileSync(card);
    const { code, events, last } = await rig.restore([rig.image, 'small', '--yes']);
    expect(code).toBe(4);
    expect(last).toMatchObject({ code: 'TARGET_TOO_SMALL', facts: { disk: 'small.img' } });
    expect((last['facts'] as { missingBytes: number }).missingBytes).toBeGreaterThan(0);
    expect(events[0]).toMatchObject({ targets: [{ fits: false }] });
    expect(readFileSync(card).equals(before)).toBe(true);
  });

  it('finds a damaged image before it touches the card: exit 6', async () => {
    const card = rig.insertOld('old.img');
    const before = readFileSync(card);
    const image = join(rig.folder, 'damaged.img');
    const content = readFileSync(rig.image);
    content.writeUInt8(content.readUInt8(21 * MIB) ^ 1, 21 * MIB);
    writeFileSync(image, content);
    copyFileSync(`${rig.image}.pikeep.json`, `${image}.pikeep.json`);
    const { code, last, events } = await rig.restore([image, 'old', '--yes']);
    expect(code).toBe(6);
    expect(last).toMatchObject({ code: 'IMAGE_DAMAGED' });
    expect(events).toContainEqual(expect.objectContaining({ code: 'CARD_UNTOUCHED' }));
    expect(readFileSync(card).equals(before)).toBe(true);
  });

  it('refuses to write where the image lies, what is no image, and what is no disk', async () => {
    rig.insertOld('old.img');
    const missing = await rig.restore([join(rig.folder, 'none.img'), 'old', '--yes']);
    expect(missing).toMatchObject({ code: 1, last: { code: 'NO_SUCH_IMAGE' } });
    const none = await rig.restore([rig.image, 'nix', '--yes']);
    expect(none).toMatchObject({ code: 1, last: { code: 'NO_SUCH_DISK' } });
    const folder = await rig.restore([dirname(rig.image), 'old', '--yes']);
    expect(folder.code).toBeGreaterThan(0);
  });
});
