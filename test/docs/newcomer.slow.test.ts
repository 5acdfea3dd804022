/**
 * A newcomer: a fresh clone, the Node of the system, and nothing but README.md. Every command of “Try it” is typed and every click
 * made as it stands there, until a backup is finished, a file was looked into, and a restore is proven.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPanelPage } from '../../scripts/pictures/camera.ts';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { temporaryFolder } from '../cli/run-pikeep.ts';
import { launchChromium } from '../panel/chromium.ts';
import { eventually } from '../support/eventually.ts';
import { tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';
import { commandsIn, root } from './fences.ts';
import { type Step, sectionOf, stepsIn } from './newcomer-steps.ts';

/** Git-ignored. */
const pictures = join(root, 'test-results/newcomer');
const SECTION = 'Try it, without a card';
const PANEL = 'npm run demo -- --panel';
const BLOCK_BYTES = 4096;

let folder: ReturnType<typeof temporaryFolder>;
let clone: string;
let env: NodeJS.ProcessEnv;

function start(line: string) {
  const child = spawn('sh', ['-c', line], { cwd: clone, env, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  /** To all that it started, as a terminal does. */
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), name);
  };
  return { ended, signal, output: () => output };
}

/** By what can be read on it, or by its name where there is only a picture. */
function pressable(place: Page | Locator, name: string): Locator {
  const readable = place
    .locator('button:visible, summary:visible')
    .getByText(name, { exact: true });
  return readable.or(place.getByRole('button', { name, exact: true }));
}

async function take({ deed, name, card }: Step, page: Page): Promise<void> {
  const place = card === null ? page : page.getByRole('region', { name: card, exact: true });
  const file = page.getByRole('option').filter({ has: page.getByText(name, { exact: true }) });
  switch (deed) {
    case 'click':
      return pressable(place, name).click();
    case 'double-click':
      return file.dblclick();
    case 'choose':
      return page.getByRole('radio', { name }).check();
    case 'wait for':
      return page.getByText(name, { exact: true }).waitFor();
  }
}

describe.skipIf(needsTools('chromium', 'npm', 'git'))('a newcomer with the README', () => {
  beforeAll(() => {
    folder = temporaryFolder();
    clone = join(folder.path, 'pikeep');
    const [bin, temporary] = [join(folder.path, 'bin'), join(folder.path, 'tmp')];
    mkdirSync(bin);
    mkdirSync(temporary);
    // A desktop's way to the browser: it writes down which page that is.
    writeFileSync(
      join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open'),
      `#!/bin/sh\nprintf '%s' "$1" > '${join(folder.path, 'opened.part')}'\nmv '${join(folder.path, 'opened.part')}' '${join(folder.path, 'opened')}'\n`,
      { mode: 0o755 },
    );
    const theirs = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((place) => !place.includes('node_modules'));
    env = { ...process.env, PATH: [bin, ...theirs].join(delimiter), TMPDIR: temporary };
    tool('git', ['clone', '--quiet', root, clone]);
  });
  afterAll(() => folder.remove());

  it('comes to a finished backup, a look into a file, and a restored card', async () => {
    const commands = commandsIn('README.md').filter(({ section }) => section === SECTION);
    const lines = commands.map(({ line }) => line);
    expect(lines.at(-1)).toBe(PANEL);
    for (const line of lines.slice(0, -1)) {
      const { code, output } = await start(line).ended;
      expect(code, `${line}\n${output}`).toBe(0);
    }
    const kept = readdirSync(join(folder.path, 'tmp'));
    const panel = start(PANEL);
    const browser = await launchChromium();
    try {
      const opened = join(folder.path, 'opened');
      await eventually('the panel opens', () => existsSync(opened), 120_000);
      const page = await openPanelPage(browser);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(pathToFileURL(readFileSync(opened, 'utf8')).href);
      const steps = stepsIn(sectionOf(readFileSync(join(clone, 'README.md'), 'utf8'), SECTION));
      for (const [index, step] of steps.entries()) {
        await take(step, page);
        if (step.name === 'hostname') {
          await expect
            .poll(() => page.getByRole('dialog').textContent(), { timeout: 60_000 })
            .toContain('octopi');
        }
        await page.screenshot({
          path: join(pictures, `${index + 1} ${step.deed} ${step.name}.png`),
        });
      }
      expect(complaints).toEqual([]);
      await judge(/The folder (.+) stands in for a card reader/.exec(panel.output())?.[1] ?? '');
    } finally {
      await browser.close();
      panel.signal('SIGINT');
      await panel.ended;
    }
    expect(readdirSync(join(folder.path, 'tmp'))).toEqual(kept);
  });
});

/** Whatever is on the sample card is on the old one now, by its bytes. */
async function judge(slot: string): Promise<void> {
  const sample = join(folder.path, 'sample');
  await writeSampleCard(sample);
  const [wanted, found] = [readFileSync(sample), readFileSync(join(slot, 'old card.img'))];
  const nothing = Buffer.alloc(BLOCK_BYTES);
  let compared = 0;
  for (let offset = 0; offset < wanted.length; offset += BLOCK_BYTES) {
    const block = wanted.subarray(offset, offset + BLOCK_BYTES);
    if (block.equals(nothing.subarray(0, block.length))) continue;
    expect(found.subarray(offset, offset + BLOCK_BYTES).equals(block), `at ${offset}`).toBe(true);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(100);
}
