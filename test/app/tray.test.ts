import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { places } from '../../src/app/places.ts';
import { RING_STEPS, trayLook } from '../../src/app/tray.ts';
import type { DiskView, JobState, JobView, Snapshot } from '../../src/contract/panel.ts';

const empty: Snapshot = {
  revision: 0,
  tool: { version: '0.1.0', where: 'electron', source: 'test', language: 'en', locale: 'en-GB' },
  library: '~/PiKeep',
  disks: [],
  refused: [],
  jobs: [],
  errands: [],
  backups: [],
  moreBackups: 0,
  libraryRevision: 0,
  restore: null,
  leftovers: [],
  settings: {
    ejectWhenDone: false,
    showOtherExternal: false,
    remindDays: null,
    revision: 0,
    warning: null,
  },
  trouble: null,
};
const octopi: DiskView = {
  disk: 'disk4',
  card: 'disk4 1',
  title: 'octopi',
  subtitle: '32 GB',
  bytes: 32e9,
  kind: 'pi',
  partitions: [],
  canProtect: true,
  history: null,
  warnings: [],
};
const stick: DiskView = {
  ...octopi,
  disk: 'disk5',
  card: 'disk5 1',
  title: 'USB',
  kind: 'removable',
};
const problem = { code: 'DEVICE_GONE', title: 'The card is gone', message: 'm', next: 'n' };

function job(state: JobState, of: DiskView = octopi): JobView {
  const { disk, card, title } = of;
  const rest = { image: null, plan: null, warnings: [] };
  return { job: `job ${title}`, kind: 'backup', disk, card, title, state, ...rest };
}

function working(phase: 'opening' | 'copying' | 'proving' | 'filing', bytes: number, of = octopi) {
  const rest = { bytesPerSecond: null, secondsLeft: null, cancelling: false };
  return job({ is: 'working', phase, bytes, total: 100, ...rest }, of);
}

const done = job({
  is: 'done',
  image: '/home/pi/PiKeep/octopi.img',
  backup: 'b-octopi',
  place: '~/PiKeep/octopi',
  bytes: 32e9,
  readBytes: 4e9,
  storedBytes: 4e9,
  seconds: 10,
  verified: 'read-back',
  damage: null,
  checks: [],
  ejected: false,
});
const failed = job({ is: 'failed', problem, actions: ['retry'], card: 'untouched' });

describe('the tray', () => {
  it('invites to insert a card when there is nothing', () => {
    expect(trayLook(empty)).toEqual({
      icon: 'idle',
      tooltip: 'PiKeep – Insert a Raspberry Pi card',
      title: '',
    });
  });

  it('names the card that can be backed up, a Pi card before any other', () => {
    expect(trayLook({ ...empty, disks: [stick, octopi] })).toMatchObject({
      icon: 'card',
      tooltip: 'PiKeep – octopi can be backed up',
    });
    expect(trayLook({ ...empty, disks: [stick] }).icon).toBe('card');
  });

  it('shows one percentage that grows through all phases and reaches the full ring only at the end', () => {
    const looks = [
      working('opening', 0),
      working('copying', 0),
      working('copying', 50),
      working('copying', 100),
      working('proving', 50),
      working('filing', 0),
    ].map((one) => trayLook({ ...empty, disks: [octopi], jobs: [one] }));
    expect(looks.map(({ title }) => title)).toEqual(['0%', '0%', '47%', '95%', '97%', '99%']);
    expect(looks[2]).toEqual({
      icon: 'working-5',
      tooltip: 'PiKeep – octopi: 47%',
      title: '47%',
    });
    expect(looks.every(({ icon }) => icon !== `working-${RING_STEPS}`)).toBe(true);
  });

  it('counts the phases of a restore in their own order, and says what it does', () => {
    const phases = [
      ['checking', 100],
      ['opening', 0],
      ['writing', 50],
      ['proving', 0],
      ['proving', 100],
      ['filing', 0],
    ] as const;
    const looks = phases.map(([phase, bytes]) => {
      const rest = { total: 100, bytesPerSecond: null, secondsLeft: null, cancelling: false };
      const one: JobView = {
        ...job({ is: 'working', phase, bytes, ...rest }),
        kind: 'restore',
      };
      return trayLook({ ...empty, disks: [octopi], jobs: [one] });
    });
    expect(looks.map(({ title }) => title)).toEqual(['3%', '3%', '41%', '80%', '99%', '99%']);
    expect(looks[2]?.tooltip).toBe('PiKeep – octopi is being restored: 41%');
  });

  it('says that a restore is done', () => {
    const restored: JobView = {
      ...job({
        is: 'restored',
        bytes: 1,
        mappedBytes: 1,
        writtenBytes: 1,
        skippedBytes: 0,
        provenBytes: 1,
        mapOrigin: 'manifest',
        verified: 'read-back',
        seconds: 1,
        growth: null,
        willGrow: false,
        adjusted: [],
        ejected: false,
        report: '/r',
      }),
      kind: 'restore',
    };
    expect(trayLook({ ...empty, disks: [octopi], jobs: [restored] })).toMatchObject({
      icon: 'done',
      tooltip: 'PiKeep – octopi is restored',
    });
  });

  it('shows the slowest of two jobs', () => {
    const jobs = [working('copying', 80), working('copying', 20, stick)];
    expect(trayLook({ ...empty, jobs })).toMatchObject({
      title: '19%',
      tooltip: 'PiKeep – octopi and USB: 19%',
    });
  });

  it('asks for attention when a backup is incomplete', () => {
    if (done.state.is !== 'done') throw new Error('another state');
    const incomplete = {
      ...done,
      state: { ...done.state, damage: '1 file is damaged: /home/pi/x.' },
    };
    expect(trayLook({ ...empty, disks: [octopi], jobs: [incomplete] })).toMatchObject({
      icon: 'attention',
      tooltip: 'PiKeep – octopi is backed up, but incomplete',
    });
  });

  it('says that a backup is done until another card comes', () => {
    const snapshot = { ...empty, disks: [octopi], jobs: [done] };
    expect(trayLook(snapshot)).toMatchObject({
      icon: 'done',
      tooltip: 'PiKeep – octopi is backed up',
    });
    expect(trayLook({ ...snapshot, disks: [octopi, stick] }).icon).toBe('card');
    // The same reader, another insertion: that card has not been backed up yet.
    const again = { ...octopi, card: 'disk4 2' };
    expect(trayLook({ ...snapshot, disks: [again] }).icon).toBe('card');
  });

  it('asks for attention after a failure and when no disks can be seen', () => {
    expect(trayLook({ ...empty, disks: [octopi], jobs: [failed] })).toMatchObject({
      icon: 'attention',
      tooltip: 'PiKeep – octopi: The card is gone',
    });
    expect(trayLook({ ...empty, trouble: problem }).icon).toBe('attention');
    expect(trayLook({ ...empty, jobs: [failed, working('copying', 10, stick)] }).title).toBe('9%');
  });
});

describe('the tray icons', () => {
  const rings = Array.from({ length: RING_STEPS + 1 }, (_, step) => `working-${step}`);

  it.each(['idle', 'card', 'done', 'attention', ...rings])(
    '%s is there at 18 and 36 pixels',
    (icon) => {
      const path = places.trayIcon(icon);
      expect(path.endsWith('Template.png')).toBe(true);
      expect(pngSize(path)).toEqual([18, 18]);
      expect(pngSize(path.replace('.png', '@2x.png'))).toEqual([36, 36]);
    },
  );
});

/** Width and height from the IHDR chunk (PNG specification 11.2.2). */
function pngSize(path: string): [number, number] {
  const bytes = readFileSync(path);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
