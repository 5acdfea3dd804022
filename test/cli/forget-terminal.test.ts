import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardOf, fileBackup } from '../support/library.ts';
import { needsSystem, needsTools } from '../support/tools.ts';
import { script, temporaryFolder } from './run-pikeep.ts';
import { startOnTerminal, type Terminal } from './terminal.ts';

describe.skipIf(needsTools('script') || needsSystem('linux'))(
  'letting old backups go on a terminal',
  { timeout: 60_000 },
  () => {
    let folder: ReturnType<typeof temporaryFolder>;
    let library: string;
    beforeEach(() => {
      folder = temporaryFolder();
      library = join(folder.path, 'library');
    });
    afterEach(() => folder.remove());

    const file = (month: number, verified = true): string =>
      fileBackup(library, {
        ...{ file: `octopi/${month}.img`, at: `2026-0${month}-01T12:00:00.000Z` },
        ...{ strong: cardOf('11111111'), verified },
      });
    const images = (): string[] =>
      readdirSync(join(library, 'octopi'))
        .filter((name) => name.endsWith('.img'))
        .sort();
    const trashed = (): string[] => {
      const names = readdirSync(folder.path, { recursive: true }).map(String);
      return names.filter((name) => /Trash\/files\/.*\.img$/.test(name)).sort();
    };
    function start(...args: string[]): Terminal {
      const words = [script, 'forget', ...args, '--library', library].map((word) => `'${word}'`);
      return startOnTerminal(`HOME='${folder.path}' XDG_DATA_HOME= ${words.join(' ')}`);
    }

    it('shows the list before it asks, and removes nothing for any answer but yes', async () => {
      for (const month of [1, 2, 3]) file(month);
      for (const answer of ['n\n', '\n', 'yess\n', '\x04']) {
        const terminal = start('11111111', '--keep-last', '1');
        await terminal.untilOutput('[y/N]');
        terminal.type(answer);
        const { code, output } = await terminal.ended;
        expect(code).toBe(4);
        const [shown = '', after = ''] = output.split('[y/N]');
        expect(shown).toMatch(/stays .*3\.img +last\r?\n.*goes .*2\.img.*\r?\n.*goes .*1\.img/);
        expect(shown).toContain('Move 2 backups to the Trash?');
        expect(after).toContain('Nothing was removed.');
        expect(images()).toEqual(['1.img', '2.img', '3.img']);
        expect(trashed()).toEqual([]);
      }
    });

    it('removes nothing when the question is interrupted', async () => {
      for (const month of [1, 2]) file(month);
      const terminal = start('11111111', '--keep-last', '1', '--delete');
      await terminal.untilOutput('Delete one backup for good? [y/N]');
      terminal.type('\x03');
      expect((await terminal.ended).code).toBe(130);
      expect(images()).toEqual(['1.img', '2.img']);
    });

    it('moves what was shown to the Trash for a yes, and never the only good backup', async () => {
      file(1, false);
      const good = file(2);
      const content = readFileSync(good);
      for (const month of [3, 4]) file(month, false);
      const terminal = start('11111111', '--keep-last', '1');
      await terminal.untilOutput('Move one backup to the Trash? [y/N]');
      terminal.type('y\n');
      const { code, output } = await terminal.ended;
      expect(code).toBe(0);
      expect(output).toMatch(/stays .*2\.img +last\r?\n.*goes .*1\.img/);
      expect(output).toContain('Moved one backup');
      expect(images()).toEqual(['2.img', '3.img', '4.img']);
      expect(readFileSync(good).equals(content)).toBe(true);
      expect(trashed().map((name) => name.split('/').at(-1))).toEqual(['1.img']);
    });
  },
);
