import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { undocumented } from './documented.ts';
import { type Running, startPikeep, temporaryFolder } from './run-pikeep.ts';

let folder: ReturnType<typeof temporaryFolder>;
let panel: Running;

/** A `notify-send` that writes down what it is asked to show. */
function notifySend(folder: string): { path: string; shown: () => string[] } {
  const log = join(folder, 'shown');
  const program = join(folder, 'notify-send');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\n`, { mode: 0o755 });
  const shown = (): string[] =>
    existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { path: `${folder}:${process.env['PATH']}`, shown };
}

it.runIf(process.platform === 'linux')(
  'tells of a card by a notice of the system, unless it is not to',
  async () => {
    const own = temporaryFolder();
    const slot = join(own.path, 'slot');
    mkdirSync(slot);
    const loud = notifySend(join(own.path));
    const other = temporaryFolder();
    const quiet = notifySend(other.path);
    const args = ['panel', '--no-browser', '--json', '--slot', slot];
    const started = [
      startPikeep(args, { env: { PATH: loud.path } }),
      startPikeep([...args, '--no-notify'], { env: { PATH: quiet.path } }),
    ];
    try {
      for (const one of started) await one.untilEvent(({ event }) => event === 'panel');
      const card = join(own.path, 'card.img');
      await writeSampleCard(card);
      renameSync(card, join(slot, 'card.img'));
      await expect.poll(loud.shown, { timeout: 30_000 }).toHaveLength(1);
      expect(loud.shown()[0]).toMatch(/ is here A Raspberry Pi card of 100\.7 MB/);
      for (const one of started) one.child.kill('SIGINT');
      expect(
        (await Promise.all(started.map(({ ended }) => ended))).map(({ code }) => code),
      ).toEqual([130, 130]);
      expect(quiet.shown()).toEqual([]);
    } finally {
      for (const one of started) one.child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
      own.remove();
      other.remove();
    }
  },
  90_000,
);

describe('panel', () => {
  beforeEach(() => {
    folder = temporaryFolder();
    panel = startPikeep(['panel', '--no-browser', '--json', '--slot', folder.path]);
  });
  afterEach(async () => {
    panel.child.kill('SIGKILL');
    await panel.ended;
    folder.remove();
  });

  it('is open to whoever has its file, and to nobody else', async () => {
    const opened = await panel.untilEvent(({ event }) => event === 'open');
    const file = opened['file'] as string;
    expect(statSync(file).mode & 0o077).toBe(0);
    const { url } = (await panel.untilEvent(({ event }) => event === 'panel')) as unknown as {
      url: string;
    };
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(400);

    const page = readFileSync(file, 'utf8');
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(url).not.toContain(token);
    const entered = await fetch(action, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}`,
    });
    expect(entered.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict/i);
    await expect.poll(() => existsSync(file)).toBe(false);
  });

  it('closes when it is interrupted, and takes its file with it', async () => {
    const opened = await panel.untilEvent(({ event }) => event === 'open');
    await panel.untilEvent(({ event }) => event === 'panel');
    panel.child.kill('SIGINT');
    const ended = await panel.ended;
    expect(ended.code).toBe(130);
    expect(undocumented(ended.events)).toEqual([]);
    expect(existsSync(opened['file'] as string)).toBe(false);
  });
});
