import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnswerTo, Query, QueryKind } from '../../src/contract/panel.ts';
import { patience } from '../support/patience.ts';
import { needsSystem, needsTools } from '../support/tools.ts';
import { SlotRig } from './slot-rig.ts';

/** A volume of its own process (FUSE) with one image on it. Stopped, it answers nothing; killed, it is gone. */
describe.skipIf(
  needsSystem('linux') ||
    process.getuid?.() !== 0 ||
    needsTools('nbdfuse', 'nbdkit', 'fusermount3'),
)('a library on a volume that fails', { timeout: 60_000 }, () => {
  let folder: string;
  let library: string;
  let volume: ChildProcess;
  let rig: SlotRig;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-away-'));
    library = join(folder, 'volume');
    mkdirSync(library);
    const image = join(library, 'kitchen.img');
    const args = ['-r', image, '--command', 'nbdkit', '-s', 'memory', '1M'];
    volume = spawn('nbdfuse', args, { stdio: 'ignore' });
    await vi.waitFor(() => expect(readdirSync(library)).toEqual(['kitchen.img']), patience);
    rig = await SlotRig.startWith({ library });
    await vi.waitFor(async () => expect((await ask(all)).loose).toBe(1), patience);
  });
  afterEach(async () => {
    if (volume.exitCode === null && volume.signalCode === null) {
      volume.kill('SIGCONT');
      const ended = once(volume, 'exit');
      execFileSync('fusermount3', ['-u', '-z', library]);
      await ended;
    } else if (readFileSync('/proc/mounts', 'utf8').includes(` ${library} `)) {
      execFileSync('fusermount3', ['-u', '-z', library]);
    }
    await rig.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const all = { ask: 'library', search: '', offset: 0, limit: 10 } as const;
  async function ask<K extends QueryKind>(query: Extract<Query, { ask: K }>): Promise<AnswerTo<K>> {
    const answered = await rig.desk.ask({ page: 'test', query }, new AbortController().signal);
    if (!answered.ok) throw new Error(answered.problem.code);
    return answered.answer as AnswerTo<K>;
  }

  it('that answers nothing: pages, cards and commands go on, and what was there is shown', async () => {
    volume.kill('SIGSTOP');
    const looked = rig.desk.command({ command: 'library-look' });
    await rig.insert('octopi.img');
    expect(await ask(all)).toMatchObject({ state: 'ready', loose: 1 });
    const loose = await ask({ ask: 'loose', search: '', offset: 0, limit: 10 });
    expect(loose.images).toMatchObject([{ name: 'kitchen.img' }]);
    const set = { command: 'set-eject-when-done', value: true } as const;
    expect(await rig.desk.command(set)).toEqual({ ok: true });
    expect(rig.desk.snapshot.settings.ejectWhenDone).toBe(true);
    volume.kill('SIGCONT');
    expect(await looked).toEqual({ ok: true });
    expect(await ask(all)).toMatchObject({ state: 'ready', loose: 1 });
  });

  it('that vanishes: it is said, and what was there stays in sight but is not offered', async () => {
    volume.kill('SIGKILL');
    await once(volume, 'exit');
    const looked = await rig.desk.command({ command: 'library-look' });
    expect(looked).toEqual({ ok: true });
    expect(await ask(all)).toMatchObject({
      state: 'unreachable',
      problem: { title: 'The library cannot be reached' },
      loose: 1,
    });
    const { images } = await ask({ ask: 'loose', search: '', offset: 0, limit: 10 });
    const from = { with: 'backup', backup: images[0]?.backup ?? '' } as const;
    expect(await rig.desk.command({ command: 'restore-open', from })).toMatchObject({
      ok: false,
      problem: { code: 'USAGE' },
    });
    // The card in the reader has nothing to do with it.
    await rig.insert('octopi.img');
  });
});
