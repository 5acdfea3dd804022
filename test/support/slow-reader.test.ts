import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type SlowReader, slowReader, slowReaderTrouble } from './slow-reader.ts';
import { needsLoop } from './tools.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

describe.skipIf(needsLoop() || (await slowReaderTrouble()) !== '')('the slow reader', () => {
  test('lets no more bytes through in a second than it says, and only its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-slow-'));
    let reader: SlowReader | null = null;
    try {
      const image = join(folder, 'card.img');
      await writeFile(image, Buffer.alloc(12 * MIB, 1));
      reader = await slowReader(image, { read: 8 * MIB });
      const dd = ['dd', `if=${reader.path}`, 'of=/dev/null', 'bs=1M', 'iflag=direct'];
      const seconds = async ([program = '', ...args]: readonly string[]) => {
        const start = performance.now();
        await run(program, args);
        return (performance.now() - start) / 1000;
      };
      expect(await seconds(reader.limited(dd))).toBeGreaterThan(1.2);
      expect(await seconds(dd)).toBeLessThan(1.2);
      await reader.detach();
      const { stdout } = await run('losetup', ['--associated', image]);
      expect(stdout).toBe('');
    } finally {
      await reader?.detach();
      await rm(folder, { recursive: true });
    }
  });
});
