/**
 * Draws every PNG below icons/ from its source in icons/source/ with rsvg-convert (Debian: librsvg2-bin), and packs the
 * app icon for macOS. Run it after changing a source: `node scripts/draw-icons.ts`. `--sheet FILE` also makes a picture
 * of all tray icons on light, dark and tinted menu bars, to look at.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RING_STEPS } from '../src/app/tray.ts';

const icons = join(import.meta.dirname, '../icons');
const source = (name: string) => readFileSync(join(icons, 'source', `${name}.svg`), 'utf8');

/** Circumference of the ring in working.svg. */
const RING_LENGTH = 2 * Math.PI * 7;

function draw(svg: string, pixels: number): Buffer {
  return execFileSync('rsvg-convert', ['--width', `${pixels}`, '--height', `${pixels}`], {
    input: svg,
  });
}

function drawTrayIcons(): string[] {
  const names: string[] = [];
  const drawPair = (name: string, svg: string) => {
    writeFileSync(join(icons, 'tray', `${name}Template.png`), draw(svg, 18));
    writeFileSync(join(icons, 'tray', `${name}Template@2x.png`), draw(svg, 36));
    names.push(name);
  };
  for (const name of ['idle', 'card', 'done', 'attention']) drawPair(name, source(name));
  for (let step = 0; step <= RING_STEPS; step++) {
    const arc = ((RING_LENGTH * step) / RING_STEPS).toFixed(2);
    drawPair(`working-${step}`, source('working').replace('DONE', arc));
  }
  return names;
}

/**
 * An .icns file is "icns", its length, and entries of type, length, PNG (Apple's icon type codes: ic11 and ic12 are 16
 * and 32 points at double density, ic07 to ic10 are 128 to 1024 pixels, ic13 and ic14 are 128 and 256 points doubled).
 */
function drawAppIcon(): void {
  const svg = source('app');
  const sizes = {
    ic11: 32,
    ic12: 64,
    ic07: 128,
    ic13: 256,
    ic08: 256,
    ic14: 512,
    ic09: 512,
    ic10: 1024,
  };
  const entries = Object.entries(sizes).map(([type, pixels]) => icnsEntry(type, draw(svg, pixels)));
  writeFileSync(join(icons, 'app/icon.icns'), icnsEntry('icns', Buffer.concat(entries)));
  writeFileSync(join(icons, 'app/icon-1024.png'), draw(svg, 1024));
  writeFileSync(join(icons, 'app/icon-128.png'), draw(svg, 128));
}

function icnsEntry(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}

/** Menu bars: what is behind the icons, and what macOS draws a template image in on them. */
const bars = [
  { ground: '#f2f2f2', ink: '#1d1d1f' },
  { ground: '#1e1e1e', ink: '#ffffff' },
  // A bar that lets a picture of the desktop through.
  { ground: '#2f6f9f', ink: '#ffffff' },
  { ground: '#e3b7a0', ink: '#1d1d1f' },
] as const;

/** Each icon on each bar at both densities, at its own size, and enlarged so that pixels can be seen. */
function drawSheet(names: readonly string[], file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-icons-'));
  try {
    const rows = bars.flatMap(({ ground, ink }, bar) =>
      ['Template', 'Template@2x'].flatMap((suffix, density) => {
        const files = names.map((name) => join(icons, 'tray', `${name}${suffix}.png`));
        const border = density === 0 ? '3' : '6';
        // A template image is its alpha channel, filled with one colour.
        const look = ['-fill', ink, '-colorize', '100', '-background', ground, '-alpha', 'remove'];
        const strip = [...files, ...look, '-bordercolor', ground, '-border', border, '+append'];
        const plain = join(folder, `${bar}-${density}.png`);
        const enlarged = join(folder, `${bar}-${density}-enlarged.png`);
        execFileSync('convert', [...strip, plain]);
        const scale = density === 0 ? '400%' : '200%';
        execFileSync('convert', [plain, '-filter', 'point', '-resize', scale, enlarged]);
        return [plain, enlarged];
      }),
    );
    execFileSync('convert', [...rows, '-background', '#888', '-append', file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

mkdirSync(join(icons, 'tray'), { recursive: true });
mkdirSync(join(icons, 'app'), { recursive: true });
const names = drawTrayIcons();
drawAppIcon();
const sheet = process.argv.indexOf('--sheet');
const sheetFile = process.argv[sheet + 1];
if (sheet > 0 && sheetFile !== undefined) drawSheet(names, sheetFile);
