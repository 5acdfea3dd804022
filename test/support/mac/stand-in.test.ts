import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
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
