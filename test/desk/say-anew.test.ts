/** Another language in the midst of everything: what was said already is said as if it had been the language from the start. */

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract/panel.ts';
import { type DeskInput, type DeskState, emptyState } from '../../src/desk/state.ts';
import { step } from '../../src/desk/step.ts';
import { view } from '../../src/desk/view.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { unknownPlace } from '../../src/engine/words/coach.ts';
import { useEnglish, useLanguage } from '../../src/language/use-language.ts';
import type { CheckResult } from '../../src/worker/check-results.ts';
import type { BackupResult } from '../../src/worker/results.ts';
import { context, piCard, planOf, stick } from './cards.ts';
import { deeds, live, settings } from './lives.ts';
import { backupOf, IMAGE, libraryOf, restored } from './restores.ts';
import { SlotRig } from './slot-rig.ts';

const surroundings = { version: '0.1.0', where: 'browser', source: 'test', home: '/h' } as const;
const german = { language: 'de', locale: 'de' } as const;
const place = { ...unknownPlace, system: 'macos', app: 'PiKeep', isApp: true } as const;

const nameless = piCard('sdb', {
  partitions: piCard('sdb').partitions.map((one) => ({ ...one, label: null, uuid: null })),
});
const plan = {
  ...planOf(2),
  partitions: planOf(2).partitions.map((one) => ({
    ...one,
    ...{ strategy: 'whole' as const, reason: 'its FAT is damaged (all of it)' },
  })),
};
const backedUp: BackupResult = {
  task: 'backup',
  ...{ image: IMAGE, manifest: `${IMAGE}.json`, title: 'Raspberry Pi card', bytes: 20 },
  ...{ storedBytes: 10, readBytes: 20, seconds: 4, verified: 'read-back', plainSha256: null },
  unreadable: { bytes: 512, words: '1 file is damaged: /etc/hosts' } as BackupResult['unreadable'],
  checks: [{ name: 'partition table', ok: true, detail: '2 partitions' }],
  ejected: false,
};
const checked: CheckResult = {
  task: 'check',
  ...{ target: IMAGE, kind: 'image', title: 'octopi', at: '2026-11-23T07:00:00.000Z' },
  ...{ verdict: 'damaged', sentence: 'It cannot be read.', verified: null, lastCheck: null },
  checks: [
    {
      ...{ name: 'unreadable ranges', partition: null, state: 'fail', next: null },
      detail: 'its FAT is damaged (x)',
    },
  ],
  hashes: { content: null, plain: null, file: null },
  ...{ unreadable: [], bytes: null, seconds: 3 },
};

function deskAfter(inputs: readonly DeskInput[], state = emptyState(settings, place)): DeskState {
  return inputs.reduce((before, input) => step(before, input).state, state);
}

const card = deskAfter([{ input: 'listed', disks: [nameless], context }]).disks[0]?.key ?? '';
const listed: DeskInput = { input: 'listed', disks: [nameless], context };
const started: DeskInput = { input: 'started', card, order: { kind: 'backup' } };
const job = 'job-1';

const moments: Readonly<Record<string, readonly DeskInput[]>> = {
  'a card without a name': [listed],
  'a backup at work': [
    listed,
    started,
    { input: 'planned', job, plan },
    { input: 'warned', job, text: 'its FAT is damaged (all of it)' },
    { input: 'held', job, hold: { why: 'destination-full', neededBytes: 5e9, freeBytes: 4096 } },
  ],
  'a reader that does not answer': [
    listed,
    started,
    { input: 'held', job, hold: { why: 'stalled', who: 'reader', name: 'Reader', seconds: 75 } },
  ],
  'a backup that is done, and ejected': [
    listed,
    started,
    { input: 'planned', job, plan },
    { input: 'finished', job, result: backedUp, place: '~/PiKeep' },
    { input: 'ejected', card },
  ],
  'a restore that is done': [
    listed,
    { ...started, order: { kind: 'restore', title: 'Raspberry Pi card', image: IMAGE } },
    {
      input: 'finished',
      job,
      result: {
        ...restored,
        adjusted: ['the backup of the partition table, moved to the end of the card'],
      },
      place: '',
    },
  ],
  'a permission that is missing, and is given': [
    listed,
    started,
    { input: 'failed', job, error: new PiKeepError('PRIVACY_REFUSED', { path: '/dev/rdisk4' }) },
    { input: 'accessed', job, look: 'open' },
  ],
  'disks that cannot be listed': [
    { input: 'unlistable', error: new PiKeepError('TOOL_MISSING', { tool: 'lsblk' }) },
  ],
  'a check that found damage': [
    {
      input: 'errand-added',
      order: { kind: 'check', image: IMAGE, title: 'Raspberry Pi card', isScheduled: false },
    },
    { input: 'errand-begun', errand: 'errand-1' },
    {
      input: 'errand-finished',
      errand: 'errand-1',
      result: checked,
      place: '',
    },
  ],
  'a check that failed': [
    {
      input: 'errand-added',
      order: { kind: 'check', image: IMAGE, title: 'octopi', isScheduled: false },
    },
    { input: 'errand-begun', errand: 'errand-1' },
    {
      input: 'errand-failed',
      errand: 'errand-1',
      error: new PiKeepError('NO_SUCH_IMAGE', { path: IMAGE }),
    },
  ],
  'a card that cannot be looked at for a restore': [
    { ...libraryOf([backupOf(nameless)]) },
    listed,
    { input: 'restore-opened', backup: backupOf(nameless), chosen: card, forceUnmount: false },
  ],
};

afterEach(useEnglish);

describe('another language', () => {
  async function saidInGerman(inputs: readonly DeskInput[]) {
    useEnglish();
    const english = deskAfter(inputs);
    const before = view(english, 1, surroundings);
    await useLanguage(german);
    const switched = view(step(english, { input: 'language' }).state, 1, surroundings);
    const fromTheStart = view(deskAfter(inputs), 1, surroundings);
    return { before, switched, fromTheStart };
  }

  it.each(Object.entries(moments))('says again what it has said of %s', async (_, inputs) => {
    const { before, switched, fromTheStart } = await saidInGerman(inputs);
    expect(switched).toEqual(fromTheStart);
    const words = ({ jobs, disks, errands, trouble }: Snapshot) =>
      JSON.stringify([jobs, disks, errands, trouble]);
    expect(words(switched)).not.toBe(words(before));
  });

  it('says again whatever has happened', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (lived) => {
        useEnglish();
        const inputs = live(lived).map(({ input }) => input);
        const { switched, fromTheStart } = await saidInGerman(inputs);
        // What was seen of the cards for a restore is seen again.
        expect({ ...switched, restore: null }).toEqual({ ...fromTheStart, restore: null });
      }),
      { numRuns: 40 },
    );
  });

  it('has cards looked at again that a restore may go to', () => {
    const opened = deskAfter([
      libraryOf([backupOf(nameless)]),
      { input: 'listed', disks: [stick('sdc')], context },
    ]);
    const key = opened.disks[0]?.key ?? '';
    const backup = backupOf(nameless);
    const looked = deskAfter(
      [
        { input: 'restore-opened', backup, chosen: key, forceUnmount: false },
        {
          ...{ input: 'surveyed', opening: 1, image: IMAGE, card: key },
          survey: { is: 'failed', identity: '', error: new PiKeepError('INTERRUPTED', {}) },
        },
      ],
      opened,
    );
    expect(Object.keys(looked.restore?.surveys ?? {})).toEqual([key]);
    expect(step(looked, { input: 'language' }).state.restore?.surveys).toEqual({});
  });
});

describe('a desk whose language is changed', { timeout: 120_000 }, () => {
  it('says its finished jobs, its failures and its cards in the new one', async () => {
    const rig = await SlotRig.start('octopi.img');
    try {
      await rig.backUp(await rig.card('octopi.img'));
      const { state } = await rig.job('done');
      expect(state.checks.map(({ name }) => name)).toContain('partition table');
      const change = { language: 'de' } as const;
      expect(await rig.desk.command({ command: 'settings-set', change })).toEqual({ ok: true });
      const [job] = rig.desk.snapshot.jobs;
      expect(job?.state).toMatchObject({
        checks: expect.arrayContaining([expect.objectContaining({ name: 'Partitionstabelle' })]),
      });
      await rig.until(({ tool, disks }) => tool.language === 'de' && disks.length === 1);
    } finally {
      await rig.end();
    }
  });
});
