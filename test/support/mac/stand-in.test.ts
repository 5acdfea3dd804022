import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startBySudo } from '../../../src/helper/start-macos.ts';
import { useMac } from './harness.ts';
import { recording } from './recordings.ts';

const execute = promisify(execFile);
const harness = useMac();

async function statusOf(...args: readonly string[]): Promise<number> {
  try {
    await execute(harness.mac.places.tools.diskutil, args);
    return 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number')
      return error.code;
    throw error;
  }
}

describe('diskutil of the stand-in', () => {
  it('takes -plist only where macOS 26 was measured to take it', async () => {
    const measured = recording('errors-plist-flag-order-macos26.6.txt')
      .split('\n')
      .flatMap((line) => {
        const [, args, outcome] = /^diskutil ((?:info|list) [^>]*?) +-> (OK|FAIL)/.exec(line) ?? [];
        // Listing one disk is nothing PiKeep does, so the stand-in knows no reply to it.
        if (args === undefined || args === 'list -plist disk0') return [];
        return [{ args: args.split(' '), works: outcome === 'OK' }];
      });
    expect(measured).toHaveLength(6);
    for (const { args, works } of measured) {
      expect({ args, status: await statusOf(...args) }).toEqual({ args, status: works ? 0 : 1 });
    }
  });

  it('answers for a disk that is not there as recorded', async () => {
    const failing = execute(harness.mac.places.tools.diskutil, ['info', '-plist', 'diskZZ']);
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stdout: recording('info-error-no-such-disk.plist'),
    });
  });

  it('prints what happens to a card in the recorded form', () => {
    harness.insertCard();
    harness.mac.pull('disk4');
    const form = (text: string) =>
      text
        .replaceAll(/disk\d+(s\d+)?/g, 'disk')
        .replaceAll(/= '[^']*'/g, "= ''")
        .replaceAll(/Time=.*/g, 'Time');
    const recorded = new Set(
      form(recording('activity-full-session-with-startup-dump.log')).split('\n'),
    );
    const told = form(harness.mac.state.events()).split('\n');
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter((line) => !recorded.has(line))).toEqual([]);
  });
});

describe('sudo of the stand-in', () => {
  async function start(): Promise<{ ran: boolean; code: string }> {
    const { state } = harness.mac;
    const folder = join(state.folder, 'request');
    const marker = join(folder, 'ran');
    mkdirSync(folder, { mode: 0o700 });
    const program = join(state.folder, 'pikeep');
    writeFileSync(program, `#!/bin/sh\n: >'${marker}'\n`, { mode: 0o755 });
    const tool = (name: string) => join(state.programs, name);
    const { ended } = startBySudo(
      { program, requestPath: join(folder, 'request.json'), folder, prompt: 'Read the card?' },
      { sudo: tool('sudo'), env: '/usr/bin/env', osascript: tool('osascript') },
    );
    const { code } = await ended;
    return { ran: existsSync(marker), code };
  }

  it('runs the helper for the right password', async () => {
    harness.mac.state.update((state) => {
      state.password = 'correct';
    });
    expect((await start()).ran).toBe(true);
    expect(harness.mac.state.calls('osascript')).toHaveLength(1);
  });

  it('runs nothing when the dialog is cancelled', async () => {
    expect(await start()).toEqual({ ran: false, code: 'DIALOG_CANCELLED' });
  });

  it('gives up after three wrong passwords', async () => {
    harness.mac.state.update((state) => {
      state.password = 'wrong';
    });
    expect(await start()).toEqual({ ran: false, code: 'NOT_AUTHORIZED' });
    expect(harness.mac.state.calls('osascript')).toHaveLength(3);
  });

  it('refuses a user who is not in sudoers', async () => {
    harness.mac.state.update((state) => {
      state.password = 'correct';
      state.account.mayUseSudo = false;
    });
    expect(await start()).toEqual({ ran: false, code: 'NOT_AUTHORIZED' });
  });
});
