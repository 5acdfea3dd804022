/** What a screen reader hears of the work on images, beside that of the cards. */

import { describe, expect, it } from 'vitest';
import type { ErrandState, ErrandView } from '../../src/contract/panel.ts';
import { spoken } from '../../src/panel/parts/spoken.ts';
import { checking, saved } from './errand-samples.ts';
import { copying, done, jobOn, nothing, octopi } from './samples.ts';

function heard(...errands: readonly ErrandView[]): string {
  return spoken({ ...nothing, errands: [...errands] });
}

function ended(state: ErrandState): ErrandView {
  return { ...checking, state };
}

const checked = (verdict: Extract<ErrandState, { is: 'checked' }>['verdict']): ErrandView =>
  ended({ is: 'checked', verdict, sentence: '', trouble: [], seconds: 9 });
const problem = { code: 'INTERNAL', title: 'Too bad', message: '', next: 'Look at it.' } as const;

describe('a screen reader hears of work on images', () => {
  it.each([
    [checking, 'Printer in the cellar: Checking the backup, 20 percent.'],
    [ended({ is: 'waiting' }), ''],
    [checked('good'), 'Printer in the cellar: checked, and good.'],
    [checked('damaged'), 'Printer in the cellar: checked, and not good.'],
    [saved, 'Saved 12 files, 3 folders, 1 link.'],
    [ended({ is: 'unpacked' }), 'Unpacked.'],
    [ended({ is: 'failed', problem }), 'Printer in the cellar: Too bad. Look at it.'],
    [ended({ is: 'cancelled' }), 'Printer in the cellar: cancelled.'],
  ])('as it goes on, and how it ended: %#', (errand, words) => {
    expect(heard(errand)).toBe(words);
  });

  it('of nothing new until the next tenth, and of what began by itself only how it ended', () => {
    const { state } = checking;
    if (state.is !== 'working') throw new Error('the sample is not at work');
    const later = ended({ ...state, bytes: state.bytes + 1_000_000 });
    expect(heard(later)).toBe(heard(checking));
    expect(heard({ ...checking, isScheduled: true })).toBe('');
    const bad = checked('damaged');
    expect(heard({ ...bad, isScheduled: true })).toBe(heard(bad));
  });

  it('after the cards', () => {
    const errands = [ended({ is: 'unpacked' })];
    expect(spoken({ ...nothing, disks: [octopi], errands })).toBe(
      'Ready to back up: Raspberry Pi card. Unpacked.',
    );
    expect(spoken({ ...nothing, jobs: [jobOn(octopi, done)], errands })).toBe(
      'octopi: backed up and proven. Unpacked.',
    );
    // Not with every tenth of a backup.
    expect(spoken({ ...nothing, jobs: [jobOn(octopi, copying)], errands })).toBe(
      'octopi: Copying the card, 30 percent.',
    );
  });
});
