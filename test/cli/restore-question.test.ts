import { describe, expect, it } from 'vitest';
import { confirm } from '../../src/cli/restore-confirmation.ts';
import { questionFacts, questionLines } from '../../src/cli/restore-question.ts';
import type { Target } from '../../src/cli/restore-survey.ts';
import { glance } from '../../src/engine/pi-card.ts';
import type { SurveyResult } from '../../src/worker/restore-results.ts';
import { plainDisk } from '../support/disk.ts';

type Change = {
  readonly image?: Partial<SurveyResult['image']>;
  readonly target?: Partial<SurveyResult['target']>;
} & Partial<Omit<SurveyResult, 'image' | 'target'>>;

function target({ image, target: card, ...rest }: Change = {}): Target {
  const seen = plainDisk({ id: 'sdb', bytes: 32e9 });
  return {
    seen: { disk: seen, verdict: { offer: true, warnings: [] }, glance: glance(seen) },
    survey: {
      task: 'survey',
      image: {
        path: '/images/octopi.img',
        title: 'octopi',
        bytes: 16e9,
        mappedBytes: 4e9,
        mapOrigin: 'manifest',
        at: '2026-11-22T16:40:00',
        verified: true,
        unreadable: 0,
        warnings: [],
        ...image,
      },
      target: {
        disk: 'sdb',
        title: 'retropie',
        content: 'retropie, Raspberry Pi OS 12',
        bytes: 32e9,
        mediaName: 'SD Card Reader',
        partitions: [{ kind: 'fat', label: 'bootfs', bytes: 5e8 }],
        lastBackup: { image: '/images/retropie.img', at: '2026-11-19T10:00:00', changed: null },
        isOrigin: false,
        unfinished: null,
        canUndo: false,
        mustTypeName: false,
        ...card,
      },
      fits: true,
      fit: 'It fits.',
      growth: null,
      ...rest,
    },
  };
}

const text = (change: Change, grow: 'leave' | 'first-boot' = 'leave'): string =>
  questionLines([target(change)], grow).join('\n');

describe('the question before a restore', () => {
  it('names both sides', () => {
    expect(questionLines([target()], 'leave')).toEqual([
      'Will be written: octopi',
      '  Image  /images/octopi.img',
      '  Size   4 of 16 GB are used and written; the rest is left alone',
      '  Made   2026-11-22 16:40',
      '  Proof  proven when it was made',
      '',
      'Will be lost: retropie (sdb)',
      '  Size        32 GB, SD Card Reader',
      '  On it       retropie, Raspberry Pi OS 12',
      '  Partitions  fat “bootfs”, 500 MB',
      '  Backup      2026-11-19 10:00: /images/retropie.img',
      '  Fit         It fits.',
    ]);
  });

  it('says what is not known of an image from elsewhere', () => {
    const image = { bytes: null, mappedBytes: null, mapOrigin: 'whole', at: null } as const;
    const shown = text({ image: { ...image, verified: null } });
    expect(shown).toContain('known once it is unpacked; all of it is written');
    expect(shown).toContain('none: it is not a backup of PiKeep');
    expect(shown).not.toContain('Made');
  });

  it('says that a backup is incomplete, or was never proven', () => {
    const shown = text({ image: { unreadable: 3, verified: false, warnings: ['Odd.'] } });
    expect(shown).toContain('3 ranges of the card could not be read');
    expect(shown).toContain('not proven when it was made');
    expect(shown).toContain('Odd.');
  });

  it('says what becomes of the rest of a larger card', () => {
    const growth = { spareBytes: 16e9, method: 'resize2fs', advice: 'It takes a minute.' };
    expect(text({ growth })).toContain('It takes a minute. With “--grow first-boot” the Pi takes');
    expect(text({ growth }, 'first-boot')).toContain('the Pi takes it on its first start');
    const none = { ...growth, method: null };
    expect(text({ growth: none })).not.toContain('--grow');
    expect(text({ growth: none }, 'first-boot')).toContain('cannot take it by itself');
  });

  it('calls a card whose restore was cut off by that name, and no backup of it', () => {
    const shown = text({ target: { unfinished: 'octopi.img', lastBackup: null } });
    expect(shown).toContain('unfinished restore of octopi.img; restore it again');
    expect(shown).not.toContain('Backup');
  });

  it('gives scripts the same', () => {
    expect(questionFacts([target()], 'leave')).toMatchObject({
      grow: 'leave',
      source: { path: '/images/octopi.img', verified: true },
      targets: [{ disk: 'sdb', content: 'retropie, Raspberry Pi OS 12', fits: true, misfit: null }],
    });
  });
});

describe('the answer, where nobody can be asked', () => {
  const options = { json: true, slot: null, door: null, allowDiskImage: false, library: null };
  const stderr = {
    isTerminal: false,
    columns: 80,
    write() {},
    flush: async () => {},
    onClosed() {},
  };
  const asking = { options, stderr, signal: new AbortController().signal };
  const consent = { yes: true, backupFirst: false, names: [] };
  const noCard = target({ target: { mustTypeName: true, title: 'My \u001bPassport' } });

  it('is a yes only when that was typed', async () => {
    expect(await confirm(asking, target(), consent)).toBe('overwrite');
    expect(await confirm(asking, target(), { ...consent, backupFirst: true })).toBe('backup-first');
    await expect(confirm(asking, target(), { ...consent, yes: false })).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
  });

  it('needs the name of a disk that is no card, as it is shown, and a yes besides', async () => {
    await expect(confirm(asking, noCard, consent)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      facts: { detail: expect.stringContaining('--confirm-name "My \ufffdPassport"') },
    });
    for (const names of [['my \ufffdpassport'], ['sdb'], ['']]) {
      await expect(confirm(asking, noCard, { ...consent, names })).rejects.toMatchObject({
        code: 'NOT_CONFIRMED',
      });
    }
    const names = ['other', 'My \ufffdPassport'];
    expect(await confirm(asking, noCard, { ...consent, names })).toBe('overwrite');
    await expect(confirm(asking, noCard, { ...consent, names, yes: false })).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
  });

  it('does not matter when the image does not fit', async () => {
    const misfit = { missingBytes: 512, what: 'partition 2', command: null };
    await expect(confirm(asking, target({ fits: false, misfit }), consent)).rejects.toMatchObject({
      code: 'TARGET_TOO_SMALL',
      facts: { disk: 'sdb', ...misfit },
    });
  });
});
