import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, type Event, pikeep, type Running, script, startPikeep } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';
import { startOnTerminal } from './terminal.ts';

/** Nearly all of it is a hole, which takes no room; an idle computer reads 8 GiB of those in a second. */
const LARGE = 16 * 1024 ** 3;

let rig: SlotRig;
let running: Running | null = null;

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`still: ${rig.files().join(', ')}`);
    await pause(20);
  }
}

/** A backup that is in the middle of copying. */
async function copying(): Promise<Running> {
  running = startPikeep(['backup', 'octopi', '--json', ...rig.options], { group: true });
  await running.untilEvent(
    ({ event, phase, bytes }: Event) =>
      event === 'progress' && phase === 'copying' && (bytes as number) > 0,
  );
  return running;
}

function killGroup({ pid }: Running, signal: NodeJS.Signals): void {
  process.kill(-pid, signal);
}

describe.skipIf(needsTools(...cardTools))('a backup that is stopped in the middle', () => {
  beforeEach(async () => {
    rig = await slotRig({ bytes: LARGE });
    renameSync(rig.card, join(rig.slot, 'octopi.img'));
  });
  afterEach(async () => {
    if (running?.child.exitCode === null && running.child.signalCode === null) {
      killGroup(running, 'SIGKILL');
      await running.ended;
    }
    running = null;
    rig.remove();
  });

  it('by Ctrl-C: exit 130, and nothing is left', async () => {
    const backup = await copying();
    killGroup(backup, 'SIGINT');
    const ended = await backup.ended;
    expect(ended.code).toBe(130);
    expect(undocumented(ended.events)).toEqual([]);
    expect(ended.last).toMatchObject({ event: 'error', code: 'INTERRUPTED' });
    expect(rig.files()).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'by %s to the command alone: exit 130, and what it had proven is kept',
    async (signal) => {
      const backup = await copying();
      // Before the first batch is proven there is nothing to keep.
      await until(() => rig.files().some((name) => name.endsWith('.checkpoint')));
      backup.child.kill(signal);
      const { code, last, events } = await backup.ended;
      expect(code).toBe(130);
      expect(undocumented(events)).toEqual([]);
      expect(last).toMatchObject({ event: 'error', code: 'INTERRUPTED', facts: { kept: true } });
      expect(rig.files().filter((name) => !name.includes('.img.partial'))).toEqual([]);
      expect((await leftovers()).last).toMatchObject({
        leftovers: [{ unfinished: { doneBytes: expect.any(Number) } }],
      });
    },
  );

  it('by a second Ctrl-C at once: exit 130, and the worker still clears up behind it', async () => {
    const backup = await copying();
    backup.child.kill('SIGINT');
    backup.child.kill('SIGINT');
    expect((await backup.ended).code).toBe(130);
    await until(() => rig.files().length === 0);
  });

  it('by the death of the command: its worker keeps what is proven, and goes', async () => {
    const backup = await copying();
    backup.child.kill('SIGKILL');
    expect((await backup.ended).signal).toBe('SIGKILL');
    expect(rig.files().filter((name) => !name.includes('.img.partial'))).toEqual([]);
    expect((await leftovers()).last).toMatchObject({
      leftovers: [{ name: expect.stringMatching(/\.img$/) }],
    });
  });

  it('by the death of everything: no final name, and the next start names what is left', async () => {
    const backup = await copying();
    killGroup(backup, 'SIGKILL');
    await backup.ended;
    const left = rig.files();
    expect(left.filter((name) => /\.img$/.test(name))).toEqual([]);
    expect(left.some((name) => name.endsWith('.img.partial'))).toBe(true);

    const doctor = await leftovers();
    expect(undocumented(doctor.events)).toEqual([]);
    expect(doctor.last).toMatchObject({ cleared: 0, leftovers: [{ name: expect.any(String) }] });

    running = startPikeep(['backup', 'octopi', '--json', ...rig.options], { group: true });
    const warning = await running.untilEvent(
      ({ event, code }) => event === 'warning' && code === 'LEFTOVER',
    );
    expect(warning['text']).toContain('.img.partial');
    // What the running backup makes is no leftover.
    await running.untilEvent(({ event, phase }) => event === 'progress' && phase === 'copying');
    killGroup(running, 'SIGSTOP');
    const during = await pikeep(['doctor', '--clear-leftovers', '--json', ...rig.options]);
    expect(during.last).toMatchObject({ cleared: 1 });
    killGroup(running, 'SIGINT');
    killGroup(running, 'SIGCONT');
    await running.ended;
    expect(rig.files()).toEqual([]);
  });

  it.skipIf(needsTools('script'))(
    'on a terminal, the next start offers to clear it',
    {
      timeout: 90_000,
    },
    async () => {
      const backup = await copying();
      killGroup(backup, 'SIGKILL');
      await backup.ended;
      // Under a name that the next backup, perhaps in the same minute, does not take again.
      const partial = 'octopi/earlier.img.partial';
      for (const name of rig.files()) {
        const ending = /(\.json|\.checkpoint)?$/.exec(name)?.[0] ?? '';
        renameSync(join(rig.library, name), join(rig.library, `${partial}${ending}`));
      }
      const [left] = (await leftovers()).last['leftovers'] as { unfinished: unknown }[];
      const words = [script, 'backup', 'octopi', ...rig.options].join(' ');
      const terminal = startOnTerminal(words);
      if (left?.unfinished) {
        // It came so far that it could be continued: that is asked first.
        await terminal.untilOutput('Continue it?');
        terminal.type('n\n');
      }
      await terminal.untilOutput('Remove it? [y/N]');
      expect(rig.files()).toContain(partial);
      terminal.type('y\n');
      await terminal.untilOutput('Copying');
      const files = rig.files();
      terminal.type('\u0003');
      const { code, output } = await terminal.ended;
      expect(code).toBe(130);
      expect(files).not.toContain(partial);
      expect(output).toMatch(/\r\S*Copying .*\[[#.]+\]/);
      expect(output).toContain('Cancelled.');
      expect(rig.files()).toEqual([]);
    },
  );
});

/** What doctor says once the system has noticed the death of what was killed. */
async function leftovers(): Promise<Ended> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const doctor = await pikeep(['doctor', '--json', ...rig.options]);
    const found = doctor.last['leftovers'] as unknown[];
    if (found.length > 0 || Date.now() > deadline) return doctor;
  }
}
