import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pressButton } from '../../scripts/package/press-button.ts';
import { eventually } from '../support/eventually.ts';
import { needsTools } from '../support/tools.ts';

describe.skipIf(needsTools('chromium'))('a button of a page that nobody sees', () => {
  it('is pressed when it is there, and only then', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pikeep-press-'));
    const page = join(folder, 'page.html');
    writeFileSync(
      page,
      `<title>PiKeep</title><button disabled>Later</button>
       <button onclick="document.title = 'pressed'">Now</button>`,
    );
    const chromium = spawn(
      'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'],
        ...[`--user-data-dir=${join(folder, 'profile')}`, `file://${page}`],
      ],
      { stdio: 'ignore' },
    );
    try {
      // Chromium writes its port there when it listens.
      const portFile = join(folder, 'profile/DevToolsActivePort');
      await eventually('Chromium listens', () => existsSync(portFile), 60_000);
      const port = Number(readFileSync(portFile, 'utf8').split('\n')[0]);
      await eventually('it is pressed', () => pressButton(port, 'PiKeep', 'Now'), 60_000);
      expect(await pressButton(port, 'PiKeep', 'Now')).toBe(false);
      expect(await pressButton(port, 'pressed', 'Later')).toBe(false);
      expect(await pressButton(port, 'pressed', 'Now')).toBe(true);
    } finally {
      const ended = once(chromium, 'exit');
      chromium.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    expect(await pressButton(1, 'PiKeep', 'Now')).toBe(false);
  });
});
