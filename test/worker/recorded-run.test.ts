import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { RedactedFacts } from '../../src/engine/redact.ts';
import { type Log, openLog } from '../../src/platform/log.ts';
import { logNames } from '../../src/platform/log-place.ts';
import { type LogEntry, readLog } from '../../src/platform/read-log.ts';
import type { Note } from '../../src/worker/note.ts';
import { notedPlatform } from '../../src/worker/noted-platform.ts';
import { recordedRun } from '../../src/worker/recorded-run.ts';
import { type RunTask, runTask } from '../../src/worker/run-task.ts';
import type { VerifyTask } from '../../src/worker/tasks.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { codeOf, useMac } from '../support/mac/harness.ts';

let folder: string;
let log: Log;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pikeep-recorded-'));
  log = openLog({ folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function entries(what?: string): Promise<readonly LogEntry[]> {
  const all = await readLog(folder, log.mark, 1000);
  return what === undefined ? all : all.filter((entry) => entry.what === what);
}

async function fields(what: string): Promise<readonly RedactedFacts[]> {
  return (await entries(what)).map((entry) => entry.fields);
}

const verify: VerifyTask = { task: 'verify', image: '/Users/ann/octopi.img' };
const options = {
  startWorker: () => {
    throw new Error('nobody starts a worker here');
  },
  authorizer: null,
};

describe('the record of a task', () => {
  it('tells of a real backup what was asked, how it was let in, how fast it went, and nothing personal', {
    timeout: 60_000,
  }, async () => {
    const rig = await SlotRig.startWith({ runTask: recordedRun(runTask, log) }, 'octopi-card.img');
    try {
      await rig.backUp(await rig.card('octopi-card.img'));
      await rig.job('done');
      await expect.poll(() => entries('job-end'), { timeout: 20_000 }).toHaveLength(1);
      const [begin] = await fields('job-begin');
      expect(begin).toMatchObject({ task: 'backup', slot: true, format: 'img', force: false });
      const job = begin?.['job'];
      expect(await fields('unmount')).toMatchObject([{ job, force: false, code: null }]);
      expect(await fields('door')).toMatchObject([
        { job, door: 'direct', way: 'read', code: null },
      ]);
      expect((await fields('phase')).map((one) => one['phase'])).toContain('copying');
      const [end] = await fields('job-end');
      expect(end).toMatchObject({ job, task: 'backup', outcome: 'done', verified: 'read-back' });
      expect(end?.['speed']).toEqual(expect.any(Array));
      const text = readFileSync(join(folder, logNames[0]), 'utf8');
      for (const secret of ['octopi', rig.folder, 'PiKeep/', 'raspberrypi', 'img"']) {
        expect(text.replaceAll('"format":"img"', '')).not.toContain(secret);
      }
    } finally {
      await rig.end();
    }
  });

  it('follows the speed, counts stalls, and ends with the error that ended it', async () => {
    let now = 0;
    const run: RunTask = async (_task, { onProgress, onStall, onHeld }) => {
      const progress = {
        phase: 'reading',
        total: 1e9,
        bytesPerSecond: null,
        secondsLeft: null,
      } as const;
      for (let second = 0; second <= 10; second += 1) {
        now = second;
        onProgress?.({ ...progress, bytes: second * 50e6 });
      }
      const stall = { who: 'reader', name: 'SDXC Reader', phase: 'reading' } as const;
      for (const seconds of [10, 15, 20]) onStall?.({ ...stall, seconds });
      onStall?.(null);
      onHeld?.({ why: 'destination-full', neededBytes: 2, freeBytes: 1 });
      onHeld?.(null);
      now = 40;
      throw new PiKeepError('READ_FAILED', {
        path: '/Users/ann/x',
        offset: 7,
        bytes: 8,
        errno: 'EIO',
      });
    };
    const recorded = recordedRun(run, log, () => now);
    expect(await codeOf(recorded(verify, options))).toBe('READ_FAILED');
    const [end] = await fields('job-end');
    expect(end).toMatchObject({
      task: 'verify',
      outcome: 'failed',
      code: 'READ_FAILED',
      errno: 'EIO',
      facts: { path: expect.stringMatching(/^path#/), offset: 7, bytes: 8, errno: 'EIO' },
      seconds: 40,
      stalls: 1,
      longestStall: 20,
    });
    expect(end?.['speed']).toEqual(Array(20).fill(50_000));
    expect(await fields('phase')).toMatchObject([{ phase: 'reading', seconds: 40, bytes: 500e6 }]);
    expect(await entries('stall')).toHaveLength(2);
    expect(await fields('held')).toMatchObject([{ why: 'destination-full' }, { why: null }]);
  });

  it('keeps looks at pages out, but not what should never happen to them', async () => {
    const survey = { task: 'list-files' } as unknown as VerifyTask;
    const answers = ['NO_SUCH_FILE', 'WORKER_DIED'] as const;
    const run: RunTask = () => {
      const [code] = [answers[asked]];
      asked += 1;
      throw code === 'WORKER_DIED'
        ? new PiKeepError('WORKER_DIED', { detail: 'exit code 7' })
        : new PiKeepError('NO_SUCH_FILE', { path: '/etc', what: 'file' });
    };
    let asked = 0;
    for (const code of answers)
      expect(await codeOf(recordedRun(run, log)(survey, options))).toBe(code);
    const all = await entries();
    expect(all.map(({ what }) => what)).toEqual(['error']);
    expect(all[0]?.fields).toMatchObject({ code: 'WORKER_DIED', facts: { detail: 'exit code 7' } });
  });
});

describe('what a Mac answers', () => {
  const mac = useMac();

  it.each([
    ['Operation not permitted', 'PRIVACY_REFUSED'],
    ['Resource busy', 'DEVICE_BUSY'],
  ] as const)(
    'is noted with its code: %s',
    async (openRefusal, code) => {
      mac.insertCard({ openRefusal });
      const notes: Note[] = [];
      const platform = notedPlatform(mac.platform, (note) => notes.push(note));
      const request = mac.request(mac.plainCard());
      for (const door of platform.readDoors) await codeOf(door.open(request));
      expect(notes).toMatchObject([
        { note: 'door', door: 'direct', way: 'read', code: 'DOOR_UNAVAILABLE', errno: 'EACCES' },
        { note: 'door', door: 'authopen', way: 'read', code },
      ]);
      expect(notes[1]?.detail).toContain(openRefusal);
    },
    30_000,
  );
});
