import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { World } from '../support/electron/world.ts';

const support = join(import.meta.dirname, '../support/electron');
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-move-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inDownloads = '/Users/ann/Downloads/PiKeep.app/Contents/MacOS/PiKeep';
const inImage = '/Volumes/PiKeep 0.1.0/PiKeep.app/Contents/MacOS/PiKeep';
const translocated =
  '/private/var/folders/x/T/AppTranslocation/1F0C/d/PiKeep.app/Contents/MacOS/PiKeep';

interface Start {
  readonly system?: string;
  readonly program?: string;
  /** Which button each question is answered with. */
  readonly answers?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly moved: boolean;
  readonly stayedBefore: string | null;
  readonly moves: number;
  readonly dialogs: World['dialogs'];
}

/** One start of the app, as far as the question goes. */
function start(options: Start = {}): Promise<Outcome> {
  const { system = 'darwin', program = inDownloads, answers = [], env = {} } = options;
  const child = fork(
    join(import.meta.dirname, 'offer-move.ts'),
    [join(folder, 'settings.json'), system, program],
    {
      execArgv: ['--import', join(support, 'register.ts')],
      env: { ...process.env, STAND_IN_PACKAGED: '1', ...env },
    },
  );
  let world: World | null = null;
  let answered = 0;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`it ended with ${code} and said nothing`)));
    child.on('message', (message: { world?: World; moved?: boolean; stayedBefore?: string }) => {
      if (message.world) {
        world = message.world;
        const { length } = world.dialogs;
        if (world.dialogs.at(-1)?.answered !== false || length <= answered) return;
        const answer = answers[answered];
        answered = length;
        if (answer === undefined) {
          reject(new Error(`nobody answers ${JSON.stringify(world.dialogs)}`));
          child.kill('SIGKILL');
          return;
        }
        child.send({ call: length, deed: 'answer dialog', args: [answer] });
      } else if (message.moved !== undefined) {
        const { moved, stayedBefore = null } = message;
        resolve({ moved, stayedBefore, moves: world?.moves ?? 0, dialogs: world?.dialogs ?? [] });
      }
    });
  });
}

const limit = 60_000;

it('asks and moves; nothing else may begin then', { timeout: limit }, async () => {
  const { moved, moves, dialogs, stayedBefore } = await start({ answers: [0] });
  expect({ moved, moves, stayedBefore }).toEqual({ moved: true, moves: 1, stayedBefore: null });
  expect(dialogs.map(({ message, buttons }) => [message, ...buttons])).toEqual([
    ['Move PiKeep to the Applications folder?', 'Move to Applications', 'Not Now'],
  ]);
});

it('says where it runs from', { timeout: limit }, async () => {
  const image = await start({ program: inImage, answers: [0] });
  expect(image.dialogs[0]?.detail).toContain('disk image');
  const random = await start({ program: translocated, answers: [0] });
  expect(random.dialogs[0]?.detail).toContain('another one at every start');
  const downloads = await start({ answers: [0] });
  expect(downloads.dialogs[0]?.detail).toContain('the folder that you opened it in');
});

it('after “Not Now” leaves this version alone, and asks again for the next', {
  timeout: limit,
}, async () => {
  const first = await start({ answers: [1] });
  expect(first).toMatchObject({ moved: false, moves: 0, stayedBefore: '0.1.0' });
  const second = await start();
  expect(second).toMatchObject({ moved: false, dialogs: [] });
  const newer = await start({ answers: [1], env: { STAND_IN_VERSION: '0.2.0' } });
  expect(newer).toMatchObject({ moved: false, stayedBefore: '0.2.0' });
  expect(newer.dialogs).toHaveLength(1);
});

it.each([
  ['in Applications already', { env: { STAND_IN_APPLICATIONS: 'yes' } }],
  ['in development', { env: { STAND_IN_PACKAGED: 'no' } }],
  ['on another system', { system: 'linux' }],
])('asks nothing %s', { timeout: limit }, async (_where, how: Start) => {
  expect(await start(how)).toMatchObject({ moved: false, moves: 0, dialogs: [] });
});

it('asks before another PiKeep in Applications is replaced', { timeout: limit }, async () => {
  const env = { STAND_IN_MOVE: 'exists' };
  const replaced = await start({ answers: [0], env: { ...env, STAND_IN_ANSWER: '0' } });
  expect(replaced).toMatchObject({ moved: true, moves: 1 });
  expect(replaced.dialogs[1]).toMatchObject({
    message: 'There is a PiKeep in Applications already',
    buttons: ['Replace', 'Cancel'],
  });
  const kept = await start({ answers: [0], env: { ...env, STAND_IN_ANSWER: '1' } });
  expect(kept).toMatchObject({ moved: false, moves: 0 });
  const running = await start({
    answers: [0],
    env: { STAND_IN_MOVE: 'existsAndRunning', STAND_IN_ANSWER: '0' },
  });
  expect(running.moved).toBe(true);
  expect(running.dialogs[1]?.message).toBe('Another PiKeep is running from Applications');
});

it('stays where it is when the system’s dialog is cancelled, or the copy fails, which it says', {
  timeout: limit,
}, async () => {
  const cancelled = await start({ answers: [0], env: { STAND_IN_MOVE: 'cancelled' } });
  expect(cancelled).toMatchObject({ moved: false, stayedBefore: null });
  expect(cancelled.dialogs).toHaveLength(1);
  const failed = await start({ answers: [0, 0], env: { STAND_IN_MOVE: 'fails' } });
  expect(failed.moved).toBe(false);
  expect(failed.dialogs[1]?.message).toBe('PiKeep could not be moved');
  expect(failed.dialogs[1]?.detail).toContain('the copy failed');
});
