import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { undocumented } from './documented.ts';
import { type Running, startPikeep, temporaryFolder } from './run-pikeep.ts';

let folder: ReturnType<typeof temporaryFolder>;
let panel: Running;

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
