/** Pictures of the panel that are the same on every machine: one font, no clocks, nothing that moves. */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page, Request } from 'playwright-core';
import { vi } from 'vitest';
import { patience } from '../support/patience.ts';
import { viewport } from './chromium.ts';
import { framesDrawn } from './frames-drawn.ts';

const FONTS = '/usr/share/fonts/truetype/dejavu';
/** Debian's fonts-dejavu-core. */
export const fontFiles = [`${FONTS}/DejaVuSans.ttf`, `${FONTS}/DejaVuSans-Bold.ttf`] as const;

export const densities = [1, 2] as const;
export const schemes = ['light', 'dark'] as const;

/**
 * What has another value in each run is there but not seen: times, what depends on the disk of the library, how far it is. The
 * bar, the curve and the map keep their places.
 */
const stillStyle = `
  .percent, .left, .figures span, dd:not(.place), .history .names *, .source { color: transparent !important; }
  .history .names *, .source { overflow: hidden; white-space: nowrap !important; }
  footer.bar { position: static !important; }
  progress::-webkit-progress-value, .speeds path, .map .copied { visibility: hidden; }
  progress:indeterminate { background: var(--groove) !important; }
  *, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
`;

export interface Camera {
  /** At one and two device pixels for each of CSS. */
  readonly pages: readonly Page[];
  /** Resolves when every page shows what it has asked for. */
  answered(): Promise<void>;
  /** By name, as "offered dark 2x". */
  shoot(name: string): Promise<Map<string, Buffer>>;
}

/** `open` leads each page in turn to the panel, as a browser that is given `file`. */
export async function openCamera(
  browser: Browser,
  open: (openFile: (file: string) => Promise<void>) => Promise<void>,
): Promise<Camera> {
  const pages: Page[] = [];
  const asking = new Set<Request>();
  for (const deviceScaleFactor of densities) {
    const context = await browser.newContext({
      viewport,
      deviceScaleFactor,
      reducedMotion: 'reduce',
      // For the style above: the policy of the page lets none in from elsewhere.
      bypassCSP: true,
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    const page = await context.newPage();
    page.on('request', (request) => {
      if (request.url().endsWith('/ask')) asking.add(request);
    });
    page.on('requestfinished', (request) => asking.delete(request));
    page.on('requestfailed', (request) => asking.delete(request));
    await open(async (file) => {
      await page.goto(pathToFileURL(file).href);
      await page.getByRole('heading', { name: 'PiKeep', level: 1 }).waitFor();
    });
    await page.addStyleTag({ content: `${fontStyle()}${stillStyle}` });
    await page.evaluate('document.fonts.load("13px Pictures").then(() => undefined)');
    pages.push(page);
  }
  /** What a page asks, and what it draws of the answer, comes with its next frames. */
  async function answered(): Promise<void> {
    do {
      await vi.waitUntil(() => asking.size === 0, patience);
      for (const page of pages) await framesDrawn(page);
    } while (asking.size > 0);
  }
  return { pages, answered, shoot: (name) => shoot(pages, name) };
}

function fontStyle(): string {
  const face = (file: string, weight: string): string =>
    `@font-face { font-family: Pictures; font-weight: ${weight}; src: url(data:font/ttf;base64,${readFileSync(file, 'base64')}); }`;
  const [regular, bold] = fontFiles;
  return `${face(regular, '400 500')}${face(bold, '600 700')}* { font-family: Pictures !important; }`;
}

async function shoot(pages: readonly Page[], name: string): Promise<Map<string, Buffer>> {
  const shots = new Map<string, Buffer>();
  for (const [index, page] of pages.entries()) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(setTimes, 'same' as const);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      // In a higher window a long list draws more of its rows, with times of their own.
      await page.setViewportSize({ ...viewport, height });
      await framesDrawn(page);
      await page.evaluate(setTimes, 'same' as const);
      const picture = await page.screenshot();
      await page.evaluate(setTimes, 'own' as const);
      await page.setViewportSize(viewport);
      await framesDrawn(page);
      shots.set(`${name} ${colorScheme} ${densities[index]}x`, picture);
    }
  }
  return shots;
}

declare global {
  interface Window {
    /** What stood there before every picture had the same times. */
    ownTimes?: Map<Text, string>;
  }
}

/** Runs in the page: times are those of one day, and figures that chance has made the same, for as long as the picture is taken. */
function setTimes(which: 'same' | 'own'): void {
  for (const [text, own] of window.ownTimes ?? []) text.data = own;
  window.ownTimes = new Map();
  if (which === 'own') return;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue;
    const same = node.data
      .replace(/\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d/g, '22 Nov 2026, 16:40')
      .replace(/\d{4}-\d\d-\d\d \d\d\.\d\d( \(\d+\))?/g, '2026-11-22 16.40')
      .replace(/\d{4}-\d\d-\d\d/g, '2026-11-22')
      .replace(/(?:\d+|one) minutes? ago/g, 'just now')
      .replace(/\b\d+%/g, '40%')
      .replace(/up to [\d.]+\s\S+ are/, 'up to 44.5 MB are')
      .replace(/and [\d.]+\s\S+ are free/, 'and 0 bytes are free')
      .replace(/[\d.]+\s\S+ read back from/, '525.3 MB read back from')
      .replace(/has not answered for [^.]+/, 'has not answered for 5 s')
      .replace(/loop\d+/g, 'loop1');
    if (same === node.data) continue;
    window.ownTimes.set(node, node.data);
    node.data = same;
  }
}

export interface Difference {
  /** Pixels that differ; null where the pictures have different sizes. */
  readonly pixels: number | null;
  readonly of: number;
  /** PNG: what is the same in grey, what is not in red; null where the sizes differ. */
  readonly drawn: Buffer | null;
}

/** Decodes and compares in the browser itself, so that no library for pictures is needed. */
export async function compare(page: Page, one: Buffer, other: Buffer): Promise<Difference> {
  const { pixels, of, drawn } = await page.evaluate(comparing, {
    pictures: [one.toString('base64'), other.toString('base64')],
    step: SMALL_STEP,
  });
  return { pixels, of, drawn: drawn === null ? null : Buffer.from(drawn, 'base64') };
}

/** Of 255 in any channel: less is the edge of a letter that another version of the browser smooths a little differently. */
const SMALL_STEP = 40;

interface Compared {
  readonly pixels: number | null;
  readonly of: number;
  readonly drawn: string | null;
}

/** Runs in the page. */
async function comparing(given: {
  readonly pictures: readonly string[];
  readonly step: number;
}): Promise<Compared> {
  const read = async (base64: string): Promise<ImageData> => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [one, other] = await Promise.all(given.pictures.map(read));
  if (!one || !other) throw new Error('two pictures are needed');
  const of = one.width * one.height;
  if (one.width !== other.width || one.height !== other.height) {
    return { pixels: null, of, drawn: null };
  }
  const canvas = new OffscreenCanvas(one.width, one.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const drawing = context.createImageData(one.width, one.height);
  let pixels = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    let most = 0;
    for (let channel = at; channel < at + 4; channel++) {
      most = Math.max(most, Math.abs((one.data[channel] ?? 0) - (other.data[channel] ?? 0)));
    }
    const differs = most > given.step;
    if (differs) pixels += 1;
    const grey = 200 + ((one.data[at] ?? 0) >> 3);
    drawing.data.set(differs ? [220, 0, 0, 255] : [grey, grey, grey, 255], at);
  }
  context.putImageData(drawing, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return {
    pixels,
    of,
    drawn: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
  };
}
