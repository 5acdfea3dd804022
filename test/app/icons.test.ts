import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { places } from '../../src/app/places.ts';
import { RING_STEPS } from '../../src/app/tray.ts';
import { type Picture, readPng } from '../support/png.ts';

const rings = Array.from({ length: RING_STEPS + 1 }, (_, step) => `working-${step}`);
const states = ['idle', 'card', 'done', 'attention'];
const icons = [...states, ...rings];

function picture(icon: string, density: 1 | 2): Picture {
  const path = places.trayIcon(icon);
  return readPng(readFileSync(density === 1 ? path : path.replace('.png', '@2x.png')));
}

function alphas({ points }: Picture): number[] {
  return [...points].filter((_, index) => index % 4 === 3);
}

/** How much of the ink is there, in whole points of full strength. */
function ink(one: Picture): number {
  return alphas(one).reduce((sum, alpha) => sum + alpha, 0) / 255;
}

/** In how many points two pictures are clearly not alike. */
function difference(one: Picture, other: Picture): number {
  const others = alphas(other);
  return alphas(one).filter((alpha, index) => Math.abs(alpha - (others[index] ?? 0)) > 96).length;
}

describe.each([1, 2] as const)('the tray icons at density %i', (density) => {
  it.each(icons)('%s is a template image of 18 points, with air around it', (icon) => {
    const one = picture(icon, density);
    expect([one.width, one.height]).toEqual([18 * density, 18 * density]);
    const coloured = one.points.filter((value, index) => index % 4 < 3 && value !== 0);
    expect(coloured).toHaveLength(0);
    const all = alphas(one);
    // Something is drawn in full strength, and the corners are free.
    expect(Math.max(...all)).toBe(255);
    expect([all.at(0), all.at(-1)]).toEqual([0, 0]);
    expect(ink(one)).toBeGreaterThan(30 * density * density);
  });

  it('can be told apart at a glance: each state from each other and from a job at work', () => {
    const pairs = states.flatMap((one, index) =>
      [...states.slice(index + 1), 'working-0', 'working-6', 'working-12'].map(
        (other) => [one, other] as const,
      ),
    );
    for (const [one, other] of pairs) {
      const apart = difference(picture(one, density), picture(other, density));
      expect(apart, `${one} and ${other}`).toBeGreaterThan(12 * density * density);
    }
  });

  it('fill their ring step by step', () => {
    const amounts = rings.map((ring) => ink(picture(ring, density)));
    for (const [step, amount] of amounts.entries()) {
      if (step > 0) expect(amount).toBeGreaterThan((amounts[step - 1] ?? 0) + density);
    }
  });
});

it('there is no icon that nothing shows, and none is missing', async () => {
  const files = await readdir(dirname(places.trayIcon('idle')));
  const expected = icons.flatMap((icon) => [`${icon}Template.png`, `${icon}Template@2x.png`]);
  expect(files.toSorted()).toEqual(expected.toSorted());
});
