/** Every state of the library's pages: what there is, and how one gets there. */

import type { Snapshot } from '../../src/contract/panel.ts';
import { checking, saved } from './errand-samples.ts';
import { changes, hostile, onlyPartitions, partitions, picturePreview } from './file-samples.ts';
import type { Answers, LibraryRig } from './library-rig.ts';
import { forget, library, manyPis, pi } from './library-samples.ts';
import { badReport, report } from './report-samples.ts';
import { copying, jobOn, nothing, octopi } from './samples.ts';

export interface LibraryState {
  readonly snapshot?: Snapshot;
  readonly answers?: Answers;
  readonly go: (rig: LibraryRig) => Promise<void>;
}

const present: Snapshot = { ...nothing, disks: [octopi] };

async function unfold(rig: LibraryRig, words: string): Promise<void> {
  await rig.toPi();
  const summary = rig.page.getByText(words, { exact: true });
  await summary.click();
  await summary.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await rig.page.evaluate(() => scrollBy(0, -60));
}

export const libraryStates: Readonly<Record<string, LibraryState>> = {
  'offer with its history': {
    snapshot: {
      ...nothing,
      disks: [
        {
          ...octopi,
          history: {
            text: 'Looks like octopi — last backed up 47 days ago',
            pi: 'pi-1',
            since: 'About 1.2 GB changed since your backup of 6 October 2026',
            portrait: 'Raspberry Pi 4 Model B · Raspberry Pi OS 12 (bookworm)',
            isAmbiguous: false,
          },
        },
      ],
    },
    go: async ({ page }) => page.getByText('last backed up 47 days ago').waitFor(),
  },
  'offer never backed up': {
    snapshot: {
      ...nothing,
      disks: [
        {
          ...octopi,
          history: { text: 'Never backed up', since: null, pi: null, isAmbiguous: false },
        },
      ],
    },
    go: async ({ page }) => page.getByText('Never backed up').waitFor(),
  },
  library: { snapshot: present, go: (rig) => rig.toLibrary() },
  'library while a backup runs': {
    snapshot: { ...present, jobs: [jobOn(octopi, copying)] },
    go: (rig) => rig.toLibrary(),
  },
  'library of many': {
    answers: { library: { ...library, pis: manyPis(50), total: 200 } },
    go: async (rig) => {
      await rig.toLibrary();
      await rig.button('Next').scrollIntoViewIfNeeded();
    },
  },
  'library empty': {
    answers: { library: { ...library, pis: [], total: 0, loose: 0, problems: [] } },
    go: (rig) => rig.toLibrary(),
  },
  'library away': {
    answers: {
      library: {
        ...library,
        state: 'unreachable',
        problem: {
          code: 'DESTINATION_GONE',
          title: 'The library does not answer',
          message: 'The folder ~/PiKeep is on a disk that is not there, or does not answer.',
          next: 'Connect the disk. What is listed here was there before.',
        },
      },
    },
    go: (rig) => rig.toLibrary(),
  },
  'library found nothing': {
    go: async (rig) => {
      await rig.toLibrary();
      await rig.page.getByRole('list', { name: 'Pis' }).waitFor();
      rig.answer({ library: { ...library, pis: [], total: 0, loose: 0, problems: [] } });
      await rig.page.getByRole('searchbox').fill('greenhouse');
      await rig.page.getByText('Nothing is called').waitFor();
    },
  },
  'other images': {
    go: async (rig) => {
      await rig.toLibrary();
      await rig.button(/3 other images/).click();
      await rig.page.getByRole('heading', { name: 'Other images' }).waitFor();
      await rig.page.getByText('bold').waitFor();
    },
  },
  pi: { snapshot: present, go: (rig) => rig.toPi() },
  'pi that looks like another': {
    answers: {
      pi: {
        ...pi,
        pi: { ...pi.pi, isDue: false, ambiguous: library.pis[2]?.ambiguous ?? null },
        hints: ['A copy of its card has backups of its own: “octopi (2)”.'],
      },
    },
    go: (rig) => rig.toPi(),
  },
  'pi its name': { go: (rig) => unfold(rig, 'Name, note and colour') },
  'pi its reminders': { go: (rig) => unfold(rig, 'Reminders and by itself') },
  'pi what to keep': { go: (rig) => unfold(rig, 'What to keep') },
  'forget preview': {
    go: async (rig) => {
      await unfold(rig, 'What to keep');
      await rig.button('Show what would go…').click();
      await rig.page.getByRole('region', { name: 'Goes', exact: true }).waitFor();
    },
  },
  'forget nothing': {
    answers: { forget: { ...forget, token: null, goes: [], freedBytes: 0 } },
    go: async (rig) => {
      await unfold(rig, 'What to keep');
      await rig.button('Show what would go…').click();
      await rig.page.getByText('Nothing goes').waitFor();
    },
  },
  report: { go: (rig) => rig.toReport() },
  'report damaged': { answers: { report: badReport }, go: (rig) => rig.toReport() },
  'report never checked': {
    answers: {
      report: {
        ...report,
        verdict: null,
        sentence: null,
        checkedAt: null,
        findings: [],
        portrait: null,
      },
    },
    go: (rig) => rig.toReport(),
  },
  'report while checking': {
    snapshot: { ...nothing, errands: [checking] },
    go: (rig) => rig.toReport(),
  },
  files: { go: (rig) => rig.toFiles() },
  'files in a folder': {
    snapshot: { ...nothing, errands: [saved] },
    go: async (rig) => {
      await rig.toFiles();
      await rig.page.getByRole('option', { name: /^etc/ }).dblclick();
      await rig.page.getByRole('option', { name: /^hosts/ }).click();
      await rig.page.getByRole('option', { name: /^passwd/ }).click({ modifiers: ['Shift'] });
    },
  },
  'files with hostile names': {
    answers: {
      files: (query) => (query.ask === 'files' && query.path === null ? onlyPartitions : hostile),
    },
    go: async (rig) => {
      await rig.toFiles();
      await rig.page.getByRole('option').first().click();
    },
  },
  'files searched': {
    go: async (rig) => {
      await rig.toFiles();
      rig.answer({ files: { ...hostile, path: '2:/' } });
      await rig.page.getByRole('searchbox').fill('a');
      await rig.page.getByRole('listbox', { name: 'Files found' }).waitFor();
    },
  },
  'files that have to be unpacked': {
    go: async (rig) => {
      await rig.toReport();
      rig.desk.answerTo = () => ({
        ok: false,
        problem: {
          code: 'NEEDS_UNPACKING',
          title: 'This image has to be unpacked first',
          message:
            'It was packed by another program, so that nothing in the middle of it can be read. Unpacked it takes 15.9 GB.',
          next: 'PiKeep can unpack it once and keep that while there is room.',
        },
      });
      await rig.button('Browse files').click();
      await rig.button('Unpack it once').waitFor();
    },
  },
  'files of nobody': {
    answers: {
      files: {
        ...onlyPartitions,
        partitions: partitions.map((one) => ({ ...one, trouble: 'its superblock is damaged' })),
      },
    },
    go: async (rig) => {
      await rig.toReport();
      await rig.button('Browse files').click();
      await rig.page.getByText('cannot be listed').waitFor();
    },
  },
  'quick look at text': {
    go: async (rig) => {
      await rig.toFiles();
      await rig.page.getByRole('option', { name: /^etc/ }).dblclick();
      await rig.page.getByRole('option', { name: /^hosts/ }).click();
      await rig.page.keyboard.press('Space');
      await rig.page.getByText('Only the beginning').waitFor();
    },
  },
  'quick look at a picture': {
    answers: { preview: picturePreview },
    go: async (rig) => {
      await rig.toFiles();
      await rig.page.getByRole('option', { name: /^etc/ }).dblclick();
      await rig.page.getByRole('option', { name: /^logo/ }).dblclick();
      await rig.page.getByRole('img', { name: /^Content of/ }).waitFor();
    },
  },
  compare: {
    go: async (rig) => {
      await rig.toReport();
      await rig.button('Compare…').click();
      await rig.page.getByRole('list', { name: 'Changes' }).waitFor();
    },
  },
  'compare the same': {
    answers: {
      changes: {
        ...changes,
        partitions: changes.partitions.slice(0, 1),
        changes: [],
      },
    },
    go: async (rig) => {
      await rig.toReport();
      await rig.button('Compare…').click();
      await rig.page.getByText('Not one file differs.').waitFor();
    },
  },
  'errands at home': {
    snapshot: {
      ...nothing,
      errands: [
        checking,
        saved,
        {
          ...checking,
          errand: 'e-3',
          name: 'pihole 2026-11-01 10.00.img',
          state: {
            is: 'checked',
            verdict: 'damaged',
            sentence: 'This backup is damaged.',
            trouble: ['2 places differ from what was written.'],
            seconds: 12,
          },
        },
        {
          ...checking,
          errand: 'e-4',
          name: 'birdcam 2026-11-01 10.00.img',
          state: { is: 'waiting' },
        },
      ],
    },
    go: async ({ page }) => page.locator('.verdict').getByText('checked, and not good').waitFor(),
  },
};
