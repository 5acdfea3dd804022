import { describe, expect, it } from 'vitest';
import { RING_STEPS, trayLook } from '../../src/app/tray.ts';
import type { JobView } from '../../src/contract/panel.ts';
import { done, empty, failed, job, octopi, problem, stick, working } from './snapshots.ts';

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
