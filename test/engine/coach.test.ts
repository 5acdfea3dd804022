import { describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import { type Coach, type CoachPlace, coachFor } from '../../src/engine/words/coach.ts';
import { responsibleApp } from '../../src/platform/responsible-app.ts';

const app: CoachPlace = { system: 'macos', app: 'PiKeep', isApp: true };
const iTerm: CoachPlace = { system: 'macos', app: 'iTerm', isApp: false };
const linux: CoachPlace = { system: 'linux', app: null, isApp: false };
const slot: CoachPlace = { system: 'slot', app: null, isApp: false };

const refusals: readonly PiKeepError[] = [
  new PiKeepError('PRIVACY_REFUSED', { path: '/dev/rdisk4' }),
  new PiKeepError('ACCESS_DENIED', { path: '/dev/rdisk4' }),
  new PiKeepError('NO_DOOR', { path: '/dev/sdb', tried: 'direct: no' }),
  new PiKeepError('DEVICE_BUSY', { path: '/dev/rdisk4' }),
  new PiKeepError('UNMOUNT_REFUSED', { disk: 'disk4', holder: null }),
  new PiKeepError('UNMOUNT_REFUSED', { disk: 'disk4', holder: { pid: 7, name: 'Finder' } }),
  new PiKeepError('DIALOG_CANCELLED', { door: 'authopen' }),
  new PiKeepError('NOT_AUTHORIZED', { door: 'authopen', detail: '-60005' }),
  new PiKeepError('NOT_AUTHORIZED', { door: 'helper', detail: 'not in the sudoers file' }),
  new PiKeepError('NOT_AUTHORIZED', { door: 'helper', detail: 'No authentication agent found.' }),
];

const whole = (coach: Coach): string => JSON.stringify(coach);

describe('the coach', () => {
  it.each([app, iTerm, linux, slot])('has a page with steps for every refusal: %o', (place) => {
    for (const error of refusals) {
      const coach = coachFor(error, place);
      for (const page of [coach, coach?.managed ?? coach]) {
        expect(page?.what).toMatch(/^[^\n]+\.$/);
        expect(page?.steps.length).toBeGreaterThan(0);
        for (const line of [...(page?.steps ?? []), ...(page?.notes ?? [])]) {
          expect(line).toMatch(/[.!?]$/);
        }
      }
    }
  });

  it('says nothing about failures of another kind', () => {
    expect(coachFor(new PiKeepError('DEVICE_GONE', { path: '/dev/rdisk4' }), app)).toBeNull();
    expect(coachFor(new PiKeepError('DESTINATION_FULL', { path: '/' }), linux)).toBeNull();
  });

  it('sends nobody on Linux to the settings of macOS, and nobody on a Mac to polkit', () => {
    for (const error of refusals.filter((one) => !JSON.stringify(one.facts).includes('Finder'))) {
      for (const place of [linux, slot]) {
        const coach = coachFor(error, place);
        expect(coach && whole(coach)).not.toMatch(/macOS|Mac\b|System Settings|Finder|Touch ID/);
        expect(coach?.pane).toBeNull();
        expect(coach?.managed).toBeNull();
      }
      const coach = coachFor(error, app);
      expect(coach && whole(coach)).not.toMatch(/polkit|pkexec|udev/);
    }
  });

  it('names the app that macOS asks about: PiKeep, or the terminal it runs in', () => {
    const [privacy] = refusals;
    const own = privacy && coachFor(privacy, app);
    const inTerminal = privacy && coachFor(privacy, iTerm);
    expect(own?.steps.join(' ')).toContain('Find PiKeep in the list');
    expect(inTerminal?.steps.join(' ')).toContain('Find iTerm in the list');
    expect(inTerminal?.managed?.steps.join(' ')).toContain('allow iTerm in a privacy profile');
    expect(own?.pane).toBe('removable-volumes');
    expect(own?.notes.join(' ')).toContain('never asks again');
  });

  it('names the program that holds the card', () => {
    const coach = refusals[5] && coachFor(refusals[5], app);
    expect(coach?.what).toMatch(/^Finder keeps/);
    expect(coach?.steps[0]).toMatch(/^Close Finder/);
    const holder = { pid: 7, name: 'mds_stores' };
    const indexed = coachFor(new PiKeepError('UNMOUNT_REFUSED', { disk: 'disk4', holder }), app);
    expect(indexed?.steps[0]).toMatch(/Spotlight.*Give it a minute/);
  });

  it('stands facts that do not fit their code', () => {
    const odd = new PiKeepError('UNMOUNT_REFUSED', { disk: 'disk4', holder: null });
    Object.assign(odd.facts, { holder: { name: 7 } });
    expect(coachFor(odd, app)?.what).toMatch(/^A program keeps/);
  });
});

describe('the app that macOS holds responsible', () => {
  it('is the terminal where there is one', () => {
    expect(responsibleApp({ TERM_PROGRAM: 'Apple_Terminal' }, null)).toBe('Terminal');
    expect(responsibleApp({ TERM_PROGRAM: 'iTerm.app' }, 'PiKeep')).toBe('iTerm');
    expect(responsibleApp({ TERM_PROGRAM: 'tmux' }, null)).toBeNull();
    expect(responsibleApp({ TERM_PROGRAM: 'constructor' }, null)).toBeNull();
  });

  it('is PiKeep itself where Finder started it, and nobody knows through SSH', () => {
    expect(responsibleApp({}, 'PiKeep')).toBe('PiKeep');
    expect(responsibleApp({ SSH_CONNECTION: '10.0.0.2 1 10.0.0.3 22' }, null)).toBeNull();
  });
});
