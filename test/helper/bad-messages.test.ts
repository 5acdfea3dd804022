/** A caller that says what it may not, tried against the built program. */

import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { fromHelper, readPayload, toHelper } from '../../src/helper/frames.ts';
import { MAX_READ_BYTES } from '../../src/helper/protocol.ts';
import { needsLoop } from '../support/tools.ts';
import type { CallerRig } from './caller-rig.ts';
import { EMPTY, SIZE, useStage } from './stage.ts';

describe.skipIf(needsLoop())('the helper, while it serves a device,', () => {
  const stage = useStage();

  test.each<[string, (rig: CallerRig) => Promise<void>, RegExp]>([
    ['a message of another kind', (rig) => rig.send(99, 0, EMPTY), /kind 99/],
    [
      'a second acceptance',
      (rig) => rig.send(toHelper.accepted, 0, EMPTY),
      /kind 16 while serving/,
    ],
    [
      'a read without a place',
      (rig) => rig.send(toHelper.read, 1, new Uint8Array(3)),
      /3 bytes payload/,
    ],
    [
      'a length of four gigabytes',
      async (rig) => rig.sendBytes(Buffer.from([toHelper.read, 0, 0, 0, 1, 255, 255, 255, 255])),
      /4294967295 bytes payload/,
    ],
    [
      'a read of nothing',
      (rig) => rig.send(toHelper.read, 1, readPayload(0, 0)),
      /a read of 0 bytes/,
    ],
    [
      'a read larger than allowed',
      (rig) => rig.send(toHelper.read, 1, readPayload(0, MAX_READ_BYTES + 1)),
      /a read of 1048577 bytes/,
    ],
    [
      'a read past the end of the device',
      (rig) => rig.send(toHelper.read, 1, readPayload(SIZE - 511, 512)),
      /outside the device/,
    ],
    [
      'a read at the largest offset there is',
      (rig) => rig.send(toHelper.read, 1, Buffer.from('ffffffffffffffff00000200', 'hex')),
      /18446744073709551615, outside the device/,
    ],
    [
      'the same read twice',
      async (rig) => {
        const read = Buffer.from(
          `1100000001${'0000000c'}${'0000000000000000'}${'00100000'}`,
          'hex',
        );
        rig.sendBytes(Buffer.concat([read, read]));
      },
      /read 1 asked for twice/,
    ],
    [
      'more reads at once than an honest caller has',
      async (rig) => {
        const reads = Array.from({ length: 200 }, (_, id) => {
          const header = Buffer.from([toHelper.read, 0, 0, 0, id, 0, 0, 0, 12]);
          return Buffer.concat([header, readPayload(0, MAX_READ_BYTES)]);
        });
        rig.sendBytes(Buffer.concat(reads));
      },
      /too many reads/,
    ],
    [
      'noise',
      async (rig) => rig.sendBytes(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
      /kind 71/,
    ],
  ])('is ended at once by %s', async (_what, attack, words) => {
    const { rig, run } = await stage.openedCaller();
    await attack(rig);
    const { status, stderr } = await run.ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/^pikeep-helper: \{"code":"BAD_MESSAGE"/m);
  });

  test('is ended also by a caller that takes no answer, not even the last one', async () => {
    const { rig, run } = await stage.openedCaller();
    await rig.send(toHelper.read, 1, readPayload(0, MAX_READ_BYTES));
    await rig.frame(fromHelper.data, run);
    rig.stopListening();
    for (let id = 2; id <= 8; id++)
      await rig.send(toHelper.read, id, readPayload(0, MAX_READ_BYTES));
    // The next answer is on its way and stuck: more has been written than what was taken.
    await vi.waitUntil(() => writtenBytes(run.child.pid) > MAX_READ_BYTES + 65_536, 10_000);
    await rig.send(99, 0, EMPTY);
    expect(await run.ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/kind 99/) });
  });
});

/** proc(5): what a process has handed to write(2) and its kin. */
function writtenBytes(pid: number | undefined): number {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  return Number(io.match(/^wchar: (\d+)$/m)?.[1]);
}
