import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { builtPanel } from './page-rig.ts';

/** Everything that the page loads before it shows something, packed as a web server would. */
const MOST_BYTES = 120_000;

describe('the page, as it is built,', () => {
  it('is small; what a language needs besides English is loaded for that language alone', () => {
    const loaded = loadedAtOnce(builtPanel);
    const packed = loaded.map((file) => gzipSync(readFileSync(join(builtPanel, file))).length);
    const total = packed.reduce((sum, bytes) => sum + bytes, 0);
    expect(loaded.map((file) => file.split('.').at(-1)).toSorted()).toEqual(
      expect.arrayContaining(['css', 'html', 'js']),
    );
    // Less than this would be another page.
    expect(total).toBeGreaterThan(20_000);
    expect(total).toBeLessThan(MOST_BYTES);
    expect(readdirSync(builtPanel)).toContain('index.html');
  });
});

/** The page, what it links to, and what these scripts import on their own accord; not what they load later. */
function loadedAtOnce(folder: string): string[] {
  const found = ['index.html'];
  // It grows while it is walked.
  for (const file of found) {
    const text = readFileSync(join(folder, file), 'utf8');
    const named = file.endsWith('.html')
      ? text.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)
      : text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[^"'()]*?from\s*)?["']\.\/([^"']+)["']/g);
    for (const [, name = ''] of named) {
      const path = file.endsWith('.html') ? name : join('assets', name);
      if (!found.includes(path)) found.push(path);
    }
  }
  return found;
}
