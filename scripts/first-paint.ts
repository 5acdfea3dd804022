/**
 * `npm run first-paint`: from opening the panel to the first thing one sees, in Chromium, through the server that a browser
 * gets it from. Median of several; needs Chromium.
 */

import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { servePanel } from '../src/panel-server/serve-panel.ts';
import { launchChromium, openPage } from '../test/panel/chromium.ts';
import { nothing, octopi } from '../test/panel/samples.ts';
import { SnapshotDesk } from '../test/panel/snapshot-desk.ts';
import { buildPanel } from './build-panel.ts';

/** Milliseconds. */
const BAR = 150;
const assets = resolve(import.meta.dirname, '../dist/panel');

const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } });
await measure(Number(values.runs));

async function measure(runs: number): Promise<void> {
  if (!(runs > 0)) throw new Error('npm run first-paint -- [--runs N]');
  await buildPanel();
  const browser = await launchChromium();
  const desk = new SnapshotDesk({ ...nothing, disks: [octopi] });
  const { page, openFile } = await openPage(browser);
  const server = await servePanel(desk, { assets, openBrowser: openFile });
  try {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await firstPaint(page));
    report(times.toSorted((one, other) => one - other));
  } finally {
    await server.close();
    await browser.close();
  }
}

/** The body is empty until the first snapshot is drawn, so the first paint is that of the panel. */
async function firstPaint(page: Page): Promise<number> {
  await page.reload();
  await page.getByRole('button', { name: 'Back up this Pi card' }).waitFor();
  // Evaluated as text: this is no script of a page.
  return page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const paint = list.getEntriesByName('first-contentful-paint').at(0);
      if (paint) resolve(paint.startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);
}

function report(times: readonly number[]): void {
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const all = times.map((time) => Math.round(time)).join(', ');
  console.log(
    `first paint: median ${Math.round(median)} ms of ${times.length} (${all}); bar ${BAR} ms`,
  );
  console.log(`load of the computer at the end: ${(loadavg()[0] ?? 0).toFixed(1)}`);
  if (median >= BAR) process.exitCode = 1;
}
