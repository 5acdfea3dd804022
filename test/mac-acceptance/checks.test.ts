/** The checks run for real, on the stand-in for a Mac: what it can answer, they have to find out. */

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allChecks } from '../../scripts/mac-acceptance/checks/all.ts';
import { createRecorder } from '../../scripts/mac-acceptance/recorder.ts';
import { runChecks } from '../../scripts/mac-acceptance/run-checks.ts';
import { useMac } from '../support/mac/harness.ts';
import { onStage, verdicts } from './stand-in-world.ts';

const harness = useMac();

describe('the checks of a Mac', { timeout: 120_000 }, () => {
  it('find out what the stand-in knows', async () => {
    const wanted = [
      'system-disk-protected',
      'recognised',
      'raw-blocks',
      'backup-authopen',
      'restore-authopen',
      'exclusive-open',
      'privacy-prompt',
    ];
    const checks = allChecks(null).filter(({ name }) => wanted.includes(name));
    const findings = await onStage(harness, (stage) => runChecks(checks, stage));
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(verdicts(findings)).toEqual({
      'system-disk-protected': 'passed',
      recognised: 'passed',
      'raw-blocks': 'passed',
      'backup-authopen': 'passed',
      'restore-authopen': 'passed',
      'exclusive-open': 'not here',
      'privacy-prompt': 'needs a human',
    });
  });

  it('fail where the Mac does otherwise, and go on with the next', async () => {
    const wanted = ['recognised', 'backup-authopen', 'verify'];
    const checks = allChecks(null).filter(({ name }) => wanted.includes(name));
    const findings = await onStage(harness, async (stage) => {
      await stage.card();
      harness.mac.state.update(({ cards }) => {
        for (const card of cards) card.openRefusal = 'Operation not permitted';
      });
      return runChecks(checks, stage);
    });
    expect(verdicts(findings)).toEqual({
      recognised: 'passed',
      'backup-authopen': 'failed',
      verify: 'not here',
    });
    expect(findings.find(({ name }) => name === 'backup-authopen')?.detail).toContain(
      'PRIVACY_REFUSED',
    );
  });

  it('see an image that is not the card', async () => {
    const checks = allChecks(null).filter(({ name }) => name === 'backup-authopen');
    const [finding] = await onStage(harness, async (stage) => {
      Object.assign(stage, { cardSha256: '0'.repeat(64) });
      return runChecks(checks, stage);
    });
    expect(finding).toMatchObject({ verdict: 'failed', detail: 'the image is not the card' });
  });

  it('leave to a human what would ask somebody who is not there', async () => {
    const checks = allChecks(null).filter(({ name }) => name === 'backup-helper');
    const [finding] = await onStage(harness, async (stage) => {
      const helper = { name: 'helper' as const, open: () => Promise.reject(new Error('asked')) };
      const platform = { ...stage.world.platform, readDoors: [helper] };
      Object.assign(stage, { world: { ...stage.world, platform, dialogs: 'nobody' } });
      return runChecks(checks, stage);
    });
    expect(finding?.verdict).toBe('needs a human');
  });
});

describe('the list of checks', () => {
  const checks = allChecks('/PiKeep.app');

  it('names each once, with what is assumed and from where', () => {
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
    for (const { name, assumption, source } of checks) {
      expect(name).toMatch(/^[a-z-]+$/);
      expect(assumption).toMatch(/\.$/);
      expect(source.length, name).toBeGreaterThan(5);
    }
  });

  it('has every door, for reading and for writing', () => {
    const names = checks.map(({ name }) => name);
    for (const door of ['direct', 'authopen', 'helper']) {
      expect(names).toContain(`backup-${door}`);
      expect(names).toContain(`restore-${door}`);
    }
  });
});

describe('the recorder', () => {
  it('keeps each answer once, and none that is known', async () => {
    const { mac } = harness;
    const folder = join(mac.state.folder, 'answers');
    const known = join(mac.state.folder, 'known');
    const options = { diskutil: mac.places.tools.diskutil, devices: mac.places.devices };
    const first = await createRecorder({ ...options, folder: known, known: [] });
    await first.look('before');
    await first.look('again');
    expect(readdirSync(known).toSorted()).toEqual([
      'info-disk0-before.plist',
      'info-disk1-before.plist',
      'info-root-before.plist',
      'list-before.plist',
    ]);
    mkdirSync(folder);
    harness.insertCard();
    const second = await createRecorder({ ...options, folder, known: [known] });
    await second.look('card');
    expect(readdirSync(folder).toSorted()).toEqual(['info-disk4-card.plist', 'list-card.plist']);
  });
});
