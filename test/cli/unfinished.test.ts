import { closeSync, openSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeMarker, markerBlock } from '../../src/engine/unfinished.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';

const IMAGE = 'octopi 2026-11-22 16.40.img';

let rig: SlotRig;

describe.skipIf(needsTools(...cardTools))('a card whose restore was cut off', () => {
  beforeEach(async () => {
    rig = await slotRig();
    const handle = openSync(rig.insert(), 'r+');
    writeSync(handle, markerBlock(makeMarker({ id: 'one', image: IMAGE })));
    closeSync(handle);
  });
  afterEach(() => rig.remove());

  it('is listed as that, and not as a Pi’s', async () => {
    const { events, last } = await pikeep(['list', '--json', ...rig.options]);
    expect(undocumented(events)).toEqual([]);
    expect(last).toMatchObject({ disks: [{ verdict: 'card', pi: 'no', unfinished: IMAGE }] });
    const { stdout } = await pikeep(['list', ...rig.options]);
    expect(stdout).toContain(`unfinished restore of ${IMAGE}; restore it again`);
  });

  it('is inspected as that, although its file systems are all there', async () => {
    const { code, events, last } = await pikeep(['inspect', 'octopi', '--json', ...rig.options]);
    expect(code).toBe(0);
    expect(undocumented(events)).toEqual([]);
    expect(last).toMatchObject({ pi: 'no', unfinished: IMAGE, hostname: null, partitions: [] });
    const { stdout } = await pikeep(['inspect', 'octopi', ...rig.options]);
    expect(stdout).toMatch(/State +unfinished restore of octopi/);
  });
});
