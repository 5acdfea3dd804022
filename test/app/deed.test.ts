import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoer } from '../../src/app/deed.ts';
import type { Command, Problem } from '../../src/contract/panel.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { createLibraryFolders } from '../../src/platform/library-folder.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';

let rig: SlotRig;
let folder: string;
const { volumes } = await createPlatform({ slot: null });
beforeEach(async () => {
  rig = await SlotRig.start('octopi.img');
  folder = await mkdtemp(join(tmpdir(), 'pikeep-deed-'));
});
afterEach(async () => {
  await rig.end();
  await rm(folder, { recursive: true, force: true });
});

/** The desk is a whole one; of Electron it is written down what it is asked for. */
function doer(library = folder) {
  const asked: string[] = [];
  const refused: Problem[] = [];
  const perform = createDoer({
    app: { quit: () => asked.push('quit') },
    dialog: { showMessageBox: async () => ({ response: 1, checkboxChecked: false }) },
    shell: {
      openPath: async (path) => {
        asked.push(`open ${path}`);
        return '';
      },
      showItemInFolder: (path) => asked.push(`show ${path}`),
    },
    desk: rig.desk,
    front: {
      show: () => asked.push('front'),
      openOut: () => asked.push('window'),
      refuse: (problem) => refused.push(problem),
    },
    panel: { stay: () => () => undefined },
    library: () => library,
    makeFolder: createLibraryFolders({ volumes }, folder).make,
    updates: null,
  });
  return { asked, refused, perform };
}

describe('what a menu or a notice asks for', () => {
  it('is about the card that was seen, and refused once another is in its place', async () => {
    const seen = rig.desk.snapshot.disks[0];
    if (!seen) throw new Error('there is no card');
    const { disk, card } = seen;
    const { asked, refused, perform } = doer();
    const commands: Command[] = [
      { command: 'backup', disk, card: `${card}0` },
      { command: 'eject', disk, card: `${card}0` },
      { command: 'restore-open', from: { with: 'card', disk, card: `${card}0` } },
    ];
    for (const command of commands) perform({ do: 'command-and-show', command });
    await vi.waitFor(() => expect(refused).toHaveLength(3), patience);
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('IDENTITY_CHANGED'));
    expect(asked).toEqual([]);
    expect(rig.desk.snapshot).toMatchObject({ jobs: [], restore: null });
    expect(rig.workers).toEqual([]);
  });

  it('shows the folder of the images, made for its owner alone, and starts nothing that is called so', async () => {
    const [plain, program] = [join(folder, 'PiKeep'), join(folder, 'Sums.app')];
    const first = doer(plain);
    first.perform({ do: 'open-folder' });
    await vi.waitFor(() => expect(first.asked).toEqual([`open ${plain}`]), patience);
    expect((await stat(plain)).mode & 0o777).toBe(0o700);
    const second = doer(program);
    second.perform({ do: 'open-folder' });
    await vi.waitFor(() => expect(second.asked).toEqual([`show ${program}`]), patience);
    const script = join(folder, 'script');
    await writeFile(script, '#!/bin/sh\n', { mode: 0o755 });
    for (const wrong of [script, join(folder, 'gone', 'PiKeep')]) {
      const third = doer(wrong);
      third.perform({ do: 'open-folder' });
      await vi.waitFor(() => expect(third.refused[0]?.code).toBe('DESTINATION_MISSING'), patience);
      expect(third.asked).toEqual([]);
    }
  });
});
