import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyImage } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep, type Running, startPikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

let rig: SlotRig;
let watch: Running;

describe.skipIf(needsTools(...cardTools))('watch', () => {
  beforeEach(async () => {
    rig = await slotRig();
  });
  afterEach(async () => {
    watch.child.kill('SIGKILL');
    await watch.ended;
    rig.remove();
  });

  it('says which cards come and go, until it is interrupted', async () => {
    watch = startPikeep(['watch', '--json', ...rig.options]);
    await watch.untilEvent(({ event }) => event === 'start');
    const path = rig.insert();
    const came = await watch.untilEvent(({ change }) => change === 'appeared');
    expect(came).toMatchObject({ event: 'card', id: 'octopi.img', verdict: 'pi-card' });
    rmSync(path);
    await watch.untilEvent(({ change }) => change === 'left');
    watch.child.kill('SIGINT');
    const ended = await watch.ended;
    expect(ended.code).toBe(130);
    expect(undocumented(ended.events)).toEqual([]);
    expect(ended.events.filter(({ event }) => event === 'card')).toHaveLength(2);
    expect(rig.files()).toEqual([]);
  });

  it('shows a card no more that another PiKeep has marked “never touch” meanwhile', async () => {
    const env = { XDG_CONFIG_HOME: rig.folder };
    watch = startPikeep(['watch', '--json', ...rig.options], { env });
    await watch.untilEvent(({ event }) => event === 'start');
    const path = rig.insert();
    await watch.untilEvent(({ change }) => change === 'appeared');
    expect(await pikeep(['protect', 'octopi.img', ...rig.options], { env })).toMatchObject({
      code: 0,
    });
    rmSync(path);
    await watch.untilEvent(({ change }) => change === 'left');
    // All at once: a part of it would be another card.
    renameSync(rig.card, path);
    emptyImage(join(rig.folder, 'other'), 64 * 1024 ** 2);
    renameSync(join(rig.folder, 'other'), join(rig.slot, 'other.img'));
    await watch.untilEvent(({ id }) => id === 'other.img');
    watch.child.kill('SIGINT');
    const { events } = await watch.ended;
    const came = events.filter(({ change }) => change === 'appeared').map(({ id }) => id);
    expect(came).toEqual(['octopi.img', 'other.img']);
  });

  it('with --auto backs up the card that is there and the one that comes', async () => {
    rig.insert('first.img');
    watch = startPikeep(['watch', '--auto', '--json', ...rig.options]);
    const first = await watch.untilEvent(({ event }) => event === 'backup');
    expect(first).toMatchObject({ disk: 'first.img', title: 'octopi' });
    rig.insert('second.img');
    const second = await watch.untilEvent(
      ({ event, disk }) => event === 'backup' && disk === 'second.img',
    );
    watch.child.kill('SIGTERM');
    const ended = await watch.ended;
    expect(ended.code).toBe(130);
    expect(undocumented(ended.events)).toEqual([]);
    for (const { image } of [first, second]) {
      expect(readFileSync(image as string).equals(readFileSync(rig.card))).toBe(true);
    }
  });

  it('with --auto goes on with a backup that did not finish', async () => {
    rig.remove();
    rig = await slotRig({ bytes: 1024 ** 3 });
    renameSync(rig.card, join(rig.slot, 'octopi.img'));
    const stopped = startPikeep(['backup', 'octopi', '--json', '--whole-card', ...rig.options]);
    await stopped.untilEvent(
      ({ phase, bytes }) => phase === 'copying' && (bytes as number) > 600_000_000,
    );
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toMatchObject({ code: 130, last: { facts: { kept: true } } });
    const partial = rig.files().find((name) => name.endsWith('.img.partial'));
    watch = startPikeep(['watch', '--auto', '--json', ...rig.options]);
    const made = await watch.untilEvent(({ event }) => event === 'backup');
    expect(made['image']).toContain(partial?.replace('.partial', ''));
    expect(rig.files().filter((name) => name.includes('.partial'))).toEqual([]);
    const { status } = spawnSync('cmp', [made['image'] as string, join(rig.slot, 'octopi.img')]);
    expect(status).toBe(0);
  }, 120_000);

  it('with --auto a card that fails does not stop the watch', async () => {
    watch = startPikeep(['watch', '--auto', '--json', '--slot', rig.slot, '--library', rig.card]);
    rig.insert('first.img');
    const failure = await watch.untilEvent(({ event }) => event === 'error');
    expect(failure['code']).toMatch(/^DESTINATION_/);
    rig.insert('second.img');
    await watch.untilEvent(({ id }) => id === 'second.img');
    expect(watch.child.exitCode).toBe(null);
  });

  it('ends by itself when nobody reads it any more', async () => {
    watch = startPikeep(['watch', ...rig.options]);
    watch.child.stdout?.destroy();
    rig.insert();
    expect(await watch.ended).toMatchObject({ code: 0 });
  });
});
