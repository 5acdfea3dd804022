import { copyFileSync, globSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { type RestoreRig, restoreRig } from './restore-rig.ts';
import { script } from './run-pikeep.ts';
import { cardTools } from './small-card.ts';
import { startOnTerminal, type Terminal } from './terminal.ts';

const QUESTION = '[b]ackup first / [y]es, overwrite / [N]o';

let rig: RestoreRig;

/** A restore to "old" that has shown its question. */
async function asked(): Promise<Terminal> {
  const words = [script, 'restore', rig.image, 'old', ...rig.options];
  const terminal = startOnTerminal(words.map((word) => `'${word}'`).join(' '));
  await terminal.untilOutput(QUESTION);
  return terminal;
}

describe.skipIf(needsTools(...cardTools, 'script'))('the question before a restore', () => {
  let card: string;
  let before: Buffer;

  beforeAll(async () => {
    rig = await restoreRig();
  });
  afterAll(() => rig.remove());
  beforeEach(() => {
    card = rig.insertOld('old.img');
    before = readFileSync(card);
  });
  afterEach(() => rig.emptySlot());

  it('shows both sides first', async () => {
    const terminal = await asked();
    terminal.type('n\n');
    const { output } = await terminal.ended;
    const shown = output.slice(0, output.indexOf(QUESTION));
    expect(shown).toContain('Will be lost:');
    expect(shown).toContain('Will be written: octopi');
    expect(shown).toContain('No backup of it is known.');
  });

  it.each(['n\n', '\n', 'no\n', 'perhaps\n', '\u0004'])('takes %j for a no', async (keys) => {
    const terminal = await asked();
    terminal.type(keys);
    expect((await terminal.ended).code).toBe(4);
    expect(readFileSync(card).equals(before)).toBe(true);
  });

  it('overwrites after a yes', async () => {
    const terminal = await asked();
    terminal.type('y\n');
    const { code, output } = await terminal.ended;
    expect(code).toBe(0);
    expect(output).toContain('octopi is restored to old.img.');
    expect(rig.isRestored(card)).toBe(true);
  });

  it('makes a backup first after a b', async () => {
    const terminal = await asked();
    terminal.type('b\n');
    expect((await terminal.ended).code).toBe(0);
    const images = globSync(join(rig.library, '*', '*.img')).filter((path) => path !== rig.image);
    expect(images).toHaveLength(1);
    expect(readFileSync(images[0] ?? '').equals(before)).toBe(true);
    expect(rig.isRestored(card)).toBe(true);
  });

  it('is about the card that was shown: another one is refused', async () => {
    const terminal = await asked();
    copyFileSync(rig.card, join(rig.folder, 'other'));
    renameSync(join(rig.folder, 'other'), card);
    terminal.type('y\n');
    const { code, output } = await terminal.ended;
    expect(code).toBe(4);
    expect(output).toContain('Nothing was written to old.img');
    expect(output).toContain('Another card is in the reader now');
    expect(rig.isRestored(card)).toBe(true);
  });

  it('ends with Ctrl-C, and nothing is written', async () => {
    const terminal = await asked();
    terminal.type('\u0003');
    expect((await terminal.ended).code).toBe(130);
    expect(readFileSync(card).equals(before)).toBe(true);
  });
});
