import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { needsRoot } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { pikeep, startPikeep, temporaryFolder } from './run-pikeep.ts';

const NOBODY = 65534;
const demoScript = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;

describe('the demo', () => {
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('inserts, offers, backs up, proves, tells and restores, and leaves an image that verifies', async () => {
    const { code, events, last } = await pikeep(['demo', '--json'], {
      env: { TMPDIR: folder.path, XDG_STATE_HOME: join(folder.path, 'state') },
    });
    expect(code).toBe(0);
    expect(existsSync(join(folder.path, 'state'))).toBe(false);
    expect(undocumented(events)).toEqual([]);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['start', 'card', 'plan', 'progress', 'notification', 'restored']),
    );
    const restored = events.find(({ event }) => event === 'restored');
    expect(restored).toMatchObject({ disk: 'old card.img', image: last['image'] });
    expect(restored?.['provenBytes']).toBe(restored?.['mappedBytes']);
    const image = last['image'] as string;
    expect(image.startsWith(folder.path)).toBe(true);
    expect(last['verified']).toMatch(/^read-back/);
    const sample = join(folder.path, 'sample');
    await writeSampleCard(sample);
    expect(readFileSync(image).equals(readFileSync(sample))).toBe(true);
    expect(existsSync(events[0]?.['slot'] as string)).toBe(false);
    expect((await pikeep(['verify', image])).code).toBe(0);
  });

  it('says in words where everything is, what to try next and how to remove it', async () => {
    const { code, stdout, stderr } = await pikeep([demoScript], {
      command: process.execPath,
      env: { TMPDIR: folder.path },
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Reading 17\.2 of 100\.7 MB \(used blocks\); 83\.4 MB proven free$/m);
    expect(stderr).toMatch(/^Copying {2}\[#{20}\] {2}100%/m);
    expect(stderr).toMatch(/^Proving {2}\[#{20}\] {2}100%/m);
    expect(stdout).toContain('Clicking “Back up this Pi card”');
    expect(stdout).toMatch(/otification (says|would say): /);
    expect(stdout).toContain('is restored to old card.img.');
    for (const next of ['verify', 'inspect', `rm -rf ${folder.path}`])
      expect(stdout).toContain(next);
    const [made = ''] = readdirSync(folder.path).filter((name) => name.startsWith('pikeep-demo-'));
    expect(readdirSync(join(folder.path, made))).toEqual(['library']);
  });

  it('puts a Pi’s card and an old one in for the panel, and leaves nothing when that is closed', async () => {
    const demo = startPikeep(['demo', '--panel', '--no-browser', '--json'], {
      env: { TMPDIR: folder.path },
    });
    try {
      const { slot } = await demo.untilEvent(({ event }) => event === 'start');
      const { file } = await demo.untilEvent(({ event }) => event === 'open');
      expect(existsSync(file as string)).toBe(true);
      await demo.untilEvent(({ event }) => event === 'panel');
      expect(readdirSync(slot as string).toSorted()).toEqual(['old card.img', 'sample card.img']);
      demo.child.kill('SIGINT');
      const { code, events } = await demo.ended;
      expect(code).toBe(130);
      expect(undocumented(events)).toEqual([]);
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      demo.child.kill('SIGKILL');
      await demo.ended;
    }
  });

  it.skipIf(needsRoot())('needs no rights', async () => {
    const { code, last } = await pikeep(['demo', '--json'], {
      uid: NOBODY,
      env: { TMPDIR: '/tmp' },
    });
    try {
      expect(code).toBe(0);
    } finally {
      const image = last['image'] as string | undefined;
      const made = image?.match(/^\/tmp\/pikeep-demo-[^/]+/)?.[0];
      if (made) rmSync(made, { recursive: true });
    }
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const demo = startPikeep(['demo', '--json'], { env: { TMPDIR: folder.path } });
    await demo.untilEvent(({ event }) => event === 'start');
    demo.child.kill('SIGINT');
    expect((await demo.ended).code).toBe(130);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
