import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patch } from '../support/healthy-card.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep } from './run-pikeep.ts';
import { cardTools } from './small-card.ts';

describe.skipIf(needsTools(...cardTools))('pikeep check', () => {
  let rig: SlotRestore;
  let image: string;
  let other: string;
  beforeAll(async () => {
    rig = slotRestore();
    image = await rig.backUp();
    other = await rig.backUp('homebridge.img');
  });
  afterAll(() => rig.remove());

  const run = (...args: string[]) => {
    const env = { XDG_STATE_HOME: rig.folder };
    return pikeep(['check', '--slot', rig.slot, '--library', rig.library, ...args], { env });
  };

  it('prints one page for people, and says the same to scripts', async () => {
    const page = await run(image, '--hash');
    expect(page.code).toBe(0);
    expect(page.stdout).toContain('This backup is good: it is what was read from the card.');
    expect(page.stdout).toMatch(/ok {3}content: Every byte was read/);
    expect(page.stdout).toMatch(/file {5}[0-9a-f]{64}/);
    for (const line of page.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(84);
    const told = await run(image, '--quick', '--json');
    expect(told.code).toBe(0);
    expect(undocumented(told.events)).toEqual([]);
    expect(told.last).toMatchObject({ verdict: 'good', lastCheck: { verdict: 'good' } });
    const card = await run('octopi.img', '--json');
    expect(card).toMatchObject({ code: 0, last: { kind: 'card', verdict: 'good' } });
    expect(undocumented(card.events)).toEqual([]);
  });

  it('reads what is due, one after the other, and nothing twice', async () => {
    const before = statSync(image);
    const files = readFileSync(`${image}.pikeep.json`);
    // Everything was proven a moment ago.
    const none = await run('--due', '--json');
    expect(none).toMatchObject({ code: 0, last: { checked: 0, failed: 0 } });
    chmodSync(other, 0o644);
    patch(other, 21 * 1024 ** 2 + 100, 1, (old) => old.writeUInt8((old[0] ?? 0) ^ 1));
    const all = await run('--due', '0', '--json');
    expect(undocumented(all.events)).toEqual([]);
    expect(all).toMatchObject({ code: 6, last: { checked: 2, good: 1, damaged: 1 } });
    expect(all.events.filter(({ event }) => event === 'checked')).toHaveLength(2);
    const table = await run('--due', '0');
    expect(table.stdout).toMatch(/^damaged +octopi/m);
    expect(table.stdout).toMatch(/^good +octopi/m);
    expect((await run('--due', '1', '--json')).last).toMatchObject({ checked: 0 });
    expect(statSync(image).mtimeMs).toBe(before.mtimeMs);
    expect(readFileSync(`${image}.pikeep.json`)).toEqual(files);
  });

  it('refuses what makes no sense', async () => {
    mkdirSync(join(rig.folder, 'empty'));
    for (const args of [[], ['--due', 'soon'], ['--due', '30', '--quick']]) {
      expect(await run(...args, '--json')).toMatchObject({ code: 2, last: { code: 'USAGE' } });
    }
    expect((await run(join(rig.folder, 'no.img'), '--json')).code).toBe(1);
  });
});
