import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { glance } from '../../../src/engine/pi-card.ts';
import { judge } from '../../../src/engine/selection.ts';
import { writeCardImage } from '../../support/mac/card-image.ts';
import { useMac } from '../../support/mac/harness.ts';

const context = {
  destinationDisks: [],
  allowDiskImage: false,
  allowOtherExternal: false,
  neverTouch: [],
};
const harness = useMac();

describe('a Pi card on a Mac', () => {
  it('appears, is recognised, unmounted, opened by authopen, read and ejected', async () => {
    // Appear: the watch calls soon after the card is in, and then the list has it.
    const { mac, platform } = harness;
    expect((await platform.disks.list()).map(({ id }) => id)).toEqual(['disk0', 'disk1']);
    const appeared = seenByWatch('disk4');
    const image = harness.insertCard({ unmountsRefused: 1 });
    await appeared;

    // Offer: one card of three disks, and it looks like a Pi's.
    const disks = await platform.disks.list();
    expect(
      disks.filter((candidate) => judge(candidate, context).offer).map(({ id }) => id),
    ).toEqual(['disk4']);
    const card = await harness.disk();
    expect(glance(card).pi).toBe('likely');
    expect(card).toMatchObject({ bytes: image.byteLength, scheme: 'mbr', bootFiles: null });

    // Unmount: Spotlight refuses once, the second try works.
    await platform.actions.unmount(card, { force: false });
    const unmounts = mac.state.calls('diskutil').filter(({ args }) => args[0] === 'unmountDisk');
    expect(unmounts.map(({ args }) => args)).toEqual([
      ['unmountDisk', 'disk4'],
      ['unmountDisk', 'disk4'],
    ]);

    // Open: the plain open is refused (EACCES), authopen passes the descriptor, for one right and without a second dialog.
    const device = await harness.open(await harness.disk());
    expect(mac.authorizer.asked).toEqual([`sys.openfile.readonly.${card.rawPath}`]);
    expect(mac.state.calls('authopen').map(({ args }) => args)).toEqual([
      ['-stdoutpipe', '-extauth', '-o', '32', card.rawPath],
    ]);
    expect(mac.state.read().granted).toEqual([]);

    // Read: all of it, and a piece that lies across blocks.
    const all = new Uint8Array(device.size);
    await device.read(all, 0);
    expect(Buffer.compare(all, image)).toBe(0);
    const piece = new Uint8Array(5000);
    await device.read(piece, 4095);
    expect(Buffer.compare(piece, image.subarray(4095, 9095))).toBe(0);

    await device.close();
    await platform.actions.eject(card);
    expect((await platform.disks.list()).map(({ id }) => id)).toEqual(['disk0', 'disk1']);
  });

  it('in the built-in slot is offered too', async () => {
    const image = join(harness.mac.state.folder, 'card.img');
    writeCardImage(image);
    harness.mac.insert({ image, reader: 'built-in-slot' });
    const card = await harness.disk();
    expect(card).toMatchObject({ internal: true, bus: 'secure-digital' });
    expect(judge(card, context).offer).toBe(true);
  });

  it('never has its volume or its node looked at before it is opened', async () => {
    const { mac, platform } = harness;
    harness.insertCard();
    await platform.disks.list();
    expect(new Set(mac.state.calls().map(({ program }) => program))).toEqual(new Set(['diskutil']));
    for (const { args } of mac.state.calls()) expect(args.join(' ')).not.toContain('/Volumes');
  });
});

/** Resolves when a call of the watch finds the disk in the list. */
function seenByWatch(id: string): Promise<void> {
  const { platform } = harness;
  return new Promise((resolve, reject) => {
    const look = async () => {
      const disks = await platform.disks.list();
      if (!disks.some((candidate) => candidate.id === id)) return;
      await watch.close();
      resolve();
    };
    const watch = platform.disks.watch(() => void look().catch(reject));
  });
}
