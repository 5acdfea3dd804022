import { describe, expect, it } from 'vitest';
import { type WatchTimes, watchDisks, watchTimes } from '../../../src/platform/macos/disk-watch.ts';
import { useMac } from '../../support/mac/harness.ts';
import { processesOf } from '../../support/mac/processes.ts';
import { needsSystem } from '../../support/tools.ts';

const harness = useMac();

/** A poll that does not come during a test: what is noticed then was told by `diskutil activity`. */
const noPoll: WatchTimes = { ...watchTimes, poll: 3_600_000, firstRestart: 20 };

/** Counts calls, and waits until a condition holds after one of them. */
function listener() {
  const waiting = new Set<() => void>();
  const left: string[] = [];
  let calls = 0;
  return {
    left,
    get calls() {
      return calls;
    },
    onChange: () => {
      calls += 1;
      for (const check of waiting) check();
    },
    onDiskLeft: (id: string) => void left.push(id),
    until(holds: () => boolean): Promise<void> {
      return new Promise((resolve) => {
        const check = () => {
          if (!holds()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
  };
}

function activitiesStarted(): number {
  return harness.mac.state.calls('diskutil').filter(({ args }) => args[0] === 'activity').length;
}

describe('watching disks', () => {
  it('calls once for the burst of events that one card makes', async () => {
    const heard = listener();
    const watch = watchDisks(harness.mac.places, heard, noPoll);
    try {
      await heard.until(() => heard.calls === 1);
      harness.insertCard();
      await heard.until(() => heard.calls === 2);
      harness.mac.pull('disk4');
      await heard.until(() => heard.calls === 3);
      expect(heard.left).toEqual(['disk4']);
    } finally {
      await watch.close();
    }
  });

  it('notices by the names in /dev what diskutil does not tell', async () => {
    const heard = listener();
    const watch = watchDisks(
      { ...harness.mac.places, tools: { ...harness.mac.places.tools, diskutil: '/nowhere' } },
      heard,
      { ...watchTimes, poll: 20 },
    );
    try {
      harness.insertCard();
      await heard.until(() => heard.calls > 0);
      harness.mac.pull('disk4');
      await heard.until(() => heard.left.includes('disk4'));
    } finally {
      await watch.close();
    }
  });

  it('starts no program while nothing happens', async () => {
    const heard = listener();
    const watch = watchDisks(harness.mac.places, heard, { ...watchTimes, poll: 5 });
    try {
      await heard.until(() => heard.calls === 1);
      const before = harness.mac.state.calls().length;
      // The next call comes from a card, after many looks at /dev.
      harness.insertCard();
      await heard.until(() => heard.calls > 1);
      expect(harness.mac.state.calls().length).toBe(before);
    } finally {
      await watch.close();
    }
  });
});

describe.skipIf(needsSystem('linux'))('diskutil activity that is killed', () => {
  it('is started again, and what happened meanwhile is noticed', async () => {
    const heard = listener();
    const watch = watchDisks(harness.mac.places, heard, noPoll);
    try {
      await heard.until(() => heard.calls === 1);
      process.kill(runningActivity(), 'SIGKILL');
      harness.insertCard();
      // Its start-up dump counts as a change, so nothing that happened in between is missed.
      await heard.until(() => activitiesStarted() === 2);
      const before = heard.calls;
      harness.mac.pull('disk4');
      await heard.until(() => heard.calls > before && heard.left.includes('disk4'));
    } finally {
      await watch.close();
    }
  });

  it('leaves no process behind when the watch is closed', async () => {
    const heard = listener();
    const watch = watchDisks(harness.mac.places, heard, noPoll);
    await heard.until(() => heard.calls === 1);
    const pid = runningActivity();
    await watch.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await watch.close();
  });
});

/** The process id of this Mac's `diskutil activity`. */
function runningActivity(): number {
  const [pid] = processesOf(harness.mac.places.tools.diskutil, 'activity');
  if (pid === undefined) throw new Error('diskutil activity is not running');
  return pid;
}
