/** Somebody who reads the list of processes while PiKeep works: no secret stands there, nor in any environment. */

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { fromHelper } from '../../src/helper/frames.ts';
import { requestFor, TOKEN } from '../helper/caller-rig.ts';
import { useStage } from '../helper/stage.ts';
import { processTree, type SeenProcess } from '../support/process-tree.ts';
import { needsLoop, needsSystem } from '../support/tools.ts';
import { startPikeep } from './run-pikeep.ts';
import { slotRig } from './slot-rig.ts';

function expectNothingOf(secrets: readonly string[], seen: readonly SeenProcess[]): void {
  for (const { commandLine, environment } of seen) {
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(30);
      expect(commandLine).not.toContain(secret);
      expect(environment).not.toContain(secret);
    }
  }
}

describe.skipIf(needsSystem('linux'))('the list of processes', { timeout: 120_000 }, () => {
  it('tells no secret of the panel while a backup runs', async () => {
    // Large enough to be at work for a while.
    const rig = await slotRig({ bytes: 512 * 1024 * 1024 });
    const panel = startPikeep(['panel', '--no-browser', '--no-notify', '--json', ...rig.options]);
    try {
      rig.insert();
      const opened = await panel.untilEvent(({ event }) => event === 'open');
      const page = readFileSync(String(opened['file']), 'utf8');
      const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
      const [, token = ''] = /name="token" value="([^"]+)"/.exec(page) ?? [];
      const origin = new URL(action).origin;
      const entered = await fetch(action, {
        method: 'POST',
        headers: { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' },
        body: `token=${token}`,
      });
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const [, base = ''] = /url=(\/[0-9a-f]{32}\/)"/.exec(await entered.text()) ?? [];
      const card = await offeredCard(`${origin}${base}snapshots`, cookie);
      const answer = await fetch(`${origin}${base}command`, {
        method: 'POST',
        headers: { origin, cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ command: 'backup', ...card }),
      });
      expect(await answer.json()).toEqual({ ok: true });
      const seen = await vi.waitUntil(
        () => {
          const tree = processTree(panel.pid);
          return tree.some(({ commandLine }) => /worker/.test(commandLine)) && tree;
        },
        { timeout: 60_000, interval: 20 },
      );
      expectNothingOf([token, cookie.slice('pikeep='.length), base.slice(1, -1)], seen);
      // What is looked for would be seen: the slot stands there.
      expect(seen.some(({ commandLine }) => commandLine.includes(rig.slot))).toBe(true);
      expect(dirname(String(opened['file']))).not.toContain(token);
    } finally {
      panel.child.kill('SIGKILL');
      await panel.ended;
      rig.remove();
    }
  });
});

describe.skipIf(needsLoop())('the helper', () => {
  const stage = useStage();

  it('has its token neither in its arguments nor in its environment', async () => {
    const rig = await stage.caller();
    rig.write(requestFor(stage.disk));
    const run = rig.start();
    await rig.frame(fromHelper.hello, run);
    const seen = processTree(run.child.pid ?? -1);
    expect(seen).toHaveLength(1);
    expectNothingOf([TOKEN], seen);
    expect(seen[0]?.commandLine).toContain(rig.requestPath);
  });
});

const snapshotSchema = v.object({
  disks: v.array(v.object({ disk: v.string(), card: v.string() })),
});

/** The first card of a stream of snapshots. */
async function offeredCard(url: string, cookie: string): Promise<{ disk: string; card: string }> {
  const response = await fetch(url, { headers: { cookie } });
  let text = '';
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    const whole = text.split('\n\n').slice(0, -1).at(-1) ?? '';
    const data = /^data: (.*)$/m.exec(whole)?.[1];
    const disk =
      data === undefined ? undefined : v.parse(snapshotSchema, JSON.parse(data)).disks[0];
    if (disk) return disk;
  }
  throw new Error('no card was offered');
}
