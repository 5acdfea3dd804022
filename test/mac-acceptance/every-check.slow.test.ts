/** Every check there is, one after the other, on the stand-in for a Mac. */

import { describe, expect, it } from 'vitest';
import { allChecks } from '../../scripts/mac-acceptance/checks/all.ts';
import { runChecks } from '../../scripts/mac-acceptance/run-checks.ts';
import { useMac } from '../support/mac/harness.ts';
import { onStage, verdicts } from './stand-in-world.ts';

const harness = useMac();

describe('the checks of a Mac', () => {
  it('find out what the stand-in knows, and call nothing passed that only a Mac or a human knows', async () => {
    const { findings, allowed, files } = await onStage(harness, async (stage, world) => {
      const checked = await runChecks(allChecks(null), stage);
      return { findings: checked, allowed: world.allowed, files: stage.recorder.files };
    });
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(verdicts(findings)).toMatchObject({
      'list-and-info': 'passed',
      'no-such-disk': 'passed',
      'system-disk-protected': 'passed',
      recognised: 'passed',
      'activity-through-a-pipe': 'passed',
      watch: 'passed',
      'plain-open': 'passed',
      'unmount-without-root': 'passed',
      'raw-blocks': 'passed',
      'size-by-ioctl': 'passed',
      'backup-authopen': 'passed',
      verify: 'passed',
      'restore-authopen': 'passed',
      'volume-of-the-library': 'passed',
      'exclusive-open': 'not here',
      'stays-unmounted': 'not here',
      'read-back-from-the-disk': 'not here',
      'backup-direct': 'not here',
      'backup-helper': 'not here',
      'privacy-prompt': 'needs a human',
      'watch-over-sleep': 'needs a human',
    });
    expect(new Set(allowed.map((right) => right.replace(/\d+$/, 'N')))).toEqual(
      new Set([
        `sys.openfile.readonly.${harness.mac.places.devices}/rdiskN`,
        `sys.openfile.readwrite.${harness.mac.places.devices}/rdiskN`,
      ]),
    );
    const names = files.map((file) => file.slice(file.lastIndexOf('/') + 1));
    expect(names).toContain('info-disk4-list-and-info.plist');
    expect(harness.mac.state.read().cards).toEqual([]);
  });
});
