/** electron-updater itself against a real server; only the system's own updater is a stand-in (test/support/electron/updating.ts). */

import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { runUpdates, type UpdateStart, type UpdatingApp } from '../support/electron/update-rig.ts';
import { eventually as within } from '../support/eventually.ts';
import { needsTools } from '../support/tools.ts';
import { type Feed, startFeed, zipOf } from '../support/update-feed.ts';

const signed = `signed by PiKeep\n${'x'.repeat(200_000)}`;
const limit = 120_000;
const version = '1.2.0';
const eventually = (what: string, look: () => Promise<boolean> | boolean) =>
  within(what, look, 60_000);
const isList = /^\/feed\/latest-/;

describe.skipIf(needsTools('openssl'))('a newer version', { timeout: limit }, () => {
  let feed: Feed;
  let apps: UpdatingApp[] = [];
  beforeEach(async () => {
    feed = await startFeed();
  });
  afterEach(async () => {
    for (const app of apps) await app.close();
    apps = [];
    await feed.close();
  });

  async function start(how: Partial<UpdateStart> = {}): Promise<UpdatingApp> {
    const { certificate, address } = feed;
    const app = await runUpdates({ feed: address, certificate, ...how });
    apps.push(app);
    return app;
  }

  /** Asks for it in the menu, and answers the question with this button. */
  async function download(app: UpdatingApp, button: number): Promise<void> {
    const before = app.world.dialogs.length;
    await app.choose('Download PiKeep 1.2.0…');
    await app.until('it asks', ({ dialogs }) => dialogs.length > before);
    await app.doing('answer dialog', button);
    await app.until('it was answered', ({ dialogs }) => dialogs[before]?.answered === true);
  }

  async function lookAgain(app: UpdatingApp): Promise<void> {
    await app.choose('Stop looking for new versions');
    await app.untilIs('none');
    await app.choose('Look for new versions once a day');
  }

  it('is fetched and installed when the user says so, and nothing of the user is sent', async () => {
    feed.publish(version, signed);
    const app = await start();
    await app.untilIs('found');
    expect(feed.paths).toEqual([expect.stringMatching(isList)]);
    const { notices } = await app.until('it is told', ({ notices: all }) => all.length === 1);
    expect(notices[0]?.title).toBe('PiKeep 1.2.0 is available');

    await download(app, 1);
    expect(app.world.dialogs.at(-1)).toMatchObject({
      message: 'PiKeep 1.2.0 is available',
      buttons: ['Download', 'Not Now'],
    });
    expect(feed.paths).toHaveLength(1);
    await download(app, 0);
    await app.untilIs('ready');
    expect(feed.paths.slice(1)).toEqual([`/feed/${zipOf(version)}`]);
    for (const { headers } of feed.requests) {
      const { accept, connection, host, 'cache-control': cache, ...rest } = headers;
      expect(rest).toEqual({ 'user-agent': 'electron-builder' });
      expect([accept, connection, host, cache].join()).toMatch(/^[\w*/,.:-]+$/);
    }
    // Nothing has been handed to the system, so quitting now would install nothing.
    expect(app.world.updates).toEqual({ asked: 0, staged: 0, restarts: 0 });
    expect(app.world.notices.at(-1)?.title).toBe('PiKeep 1.2.0 is ready: restart to install');

    await app.choose('PiKeep 1.2.0 is ready: restart to install');
    await app.until('it restarts', ({ updates }) => updates.restarts === 1);
    expect(app.world.updates).toEqual({ asked: 1, staged: 1, restarts: 1 });
    expect(await app.ended).toBe(0);
    expect(app.complaints).toBe('');
  });

  it('is not looked for without a feed, and nothing of the updater is loaded', async () => {
    feed.publish(version, signed);
    // Without a network every use of it throws.
    const without = await start({ feed: null, network: false });
    expect(await without.tell()).toMatchObject({ is: null, isLoaded: false });
    expect((await without.menu()).filter((line) => /version|PiKeep \d/.test(line))).toEqual([]);
    expect(without.world.dialogs).toEqual([]);
    expect(without.complaints).toBe('');
    expect(await without.log()).toBe('');

    for (const elsewhere of [
      { system: 'linux' },
      { packaged: false },
      { program: '/Volumes/PiKeep 1.0.0/PiKeep.app/Contents/MacOS/PiKeep' },
      {
        program: '/private/var/folders/x/T/AppTranslocation/1F/d/PiKeep.app/Contents/MacOS/PiKeep',
      },
    ] as const) {
      const app = await start({ ...elsewhere, network: false });
      expect(await app.tell(), JSON.stringify(elsewhere)).toMatchObject({
        is: null,
        isLoaded: false,
      });
    }
    expect(feed.requests).toEqual([]);
  });

  it('is looked for only if the user wants that, who is asked once', async () => {
    feed.publish(version, signed);
    const app = await start({ looks: null });
    await app.until('it asks', ({ dialogs }) => dialogs.length === 1);
    expect(app.world.dialogs[0]).toMatchObject({
      message: 'Look for new versions of PiKeep once a day?',
      buttons: ['Look Once a Day', 'Never'],
    });
    await app.doing('answer dialog', 1);
    await eventually('it is kept', async () => (await app.tell()).looks === false);
    await app.doing('resume');
    expect(feed.requests).toEqual([]);
    await app.choose('Look for new versions once a day');
    await app.untilIs('found');
    expect((await app.tell()).looks).toBe(true);
    await app.choose('Stop looking for new versions');
    await app.untilIs('none');
    expect(app.world.dialogs).toHaveLength(1);
    expect(feed.requests).toHaveLength(1);

    const first = await start({ looks: null, welcomed: false });
    await first.doing('resume');
    expect(await first.menu()).toContain('Look for new versions once a day');
    expect(first.world.dialogs).toEqual([]);
    expect(feed.requests).toHaveLength(1);
  });

  it('waits for the work on a card: nothing is looked for, fetched or installed meanwhile', async () => {
    feed.publish('1.0.0', signed);
    const app = await start();
    await eventually('it has looked', () => feed.requests.length === 1);
    await app.untilIs('none');
    await app.choose('Stop looking for new versions');
    await app.doing('hold workers back');
    await writeSampleCard(join(app.slot, '..', 'card.img'));
    await rename(join(app.slot, '..', 'card.img'), join(app.slot, 'card.img'));
    await app.doing('back up', 'card.img');
    await eventually('it works', async () => (await app.tell()).jobs.includes('working'));
    feed.publish(version, signed);
    await app.choose('Look for new versions once a day');
    await app.doing('resume');
    expect((await app.tell()).is).toBe('none');
    expect(feed.requests).toHaveLength(1);

    await app.doing('let worker go on');
    await app.untilIs('found');
    expect((await app.tell()).jobs).toEqual(['done']);
    expect(feed.requests).toHaveLength(2);
  });

  it('that nobody can get is written down, and is no failure of anything else', async () => {
    feed.answers.set('list', { status: 500, body: 'x'.repeat(10_000) });
    const app = await start();
    await eventually('it is written down', async () => (await app.log()).includes('update check'));
    expect(await app.tell()).toMatchObject({ is: 'none', jobs: [] });
    expect(app.world).toMatchObject({ dialogs: [], notices: [] });
    expect(app.world.tray?.icon).toBe('idleTemplate.png');
    expect(app.complaints).toBe('');
  });

  it('has to be what its list says, signed as this one, and reachable at its time', async () => {
    feed.publish(version, signed);
    feed.answers.set(zipOf(version), { status: 200, body: `${signed}more` });
    const app = await start();
    await app.untilIs('found');
    const says = (message: string) =>
      app.until(message, ({ dialogs }) => dialogs.at(-1)?.message === message);
    await download(app, 0);
    await says('PiKeep 1.2.0 could not be downloaded');
    expect((await app.tell()).is).toBe('found');
    expect(app.world.updates.asked).toBe(0);

    // The right sum, and signed by somebody else.
    feed.publish(version, 'signed by nobody\n');
    await app.doing('answer dialog', 0);
    await lookAgain(app);
    await app.untilIs('found');
    await download(app, 0);
    await app.untilIs('ready');
    await app.choose('PiKeep 1.2.0 is ready: restart to install');
    await says('PiKeep 1.2.0 could not be installed');
    expect(app.world.updates).toMatchObject({ staged: 0, restarts: 0 });
    expect((await app.tell()).is).toBe('found');
    const log = await app.log();
    expect(log).toContain('update download');
    expect(log).toContain('update install');

    // Signed as it should be, and yet it cannot be started: everything is closed by then, so the app ends.
    feed.publish(version, signed);
    await app.doing('answer dialog', 0);
    await lookAgain(app);
    await app.untilIs('found');
    await download(app, 0);
    await app.untilIs('ready');
    await app.doing('refuse to restart');
    await app.choose('PiKeep 1.2.0 is ready: restart to install');
    expect(await app.ended).toBe(0);
    expect(app.world.updates).toMatchObject({ staged: 1, restarts: 0 });
  });

  const wrong: readonly (readonly [string, (list: string) => string])[] = [
    ['on another server', (list: string) => list.replaceAll('PiKeep-1', 'https://example.org/P-1')],
    ['in another folder', (list: string) => list.replaceAll('PiKeep-1', '../../P-1')],
    ['without a checksum', (list: string) => list.replaceAll(/sha512: .*/g, 'sha512: none')],
    ['only as in lists of old', (list: string) => list.replace(/files:\n( .*\n)+/, 'files: []\n')],
    ['with a version that is none', (list: string) => list.replace('1.2.0', '1.2.0-&&x')],
    ['that is older', (list: string) => list.replace('version: 1.2.0', 'version: 0.9.0')],
    ['in no list at all', () => '<html>Log in to the network of this hotel</html>'],
  ];

  it('is not one that its list has elsewhere, without a checksum, or older', async () => {
    const app = await start({ looks: false });
    for (const [what, change] of wrong) {
      feed.publish(version, signed, change);
      // It looks a second time when it has made up its mind about the first.
      const before = feed.requests.length;
      await eventually(`it has judged one ${what}`, async () => {
        await app.choose('Look for new versions once a day');
        await app.choose('Stop looking for new versions');
        return feed.requests.length > before + 1;
      });
      expect(app.world.notices, what).toEqual([]);
    }
    expect(app.world.dialogs).toEqual([]);
    expect(feed.paths.filter((path) => !isList.test(path))).toEqual([]);
  });

  it('is never asked for in the clear, nor without end', async () => {
    const open = await startFeed('http');
    try {
      open.publish(version, signed);
      const [file] = [...open.answers.keys()];
      feed.answers.set('list', { status: 302, location: `${open.address}/${file}` });
      const app = await start();
      const failures = async () => (await app.log()).split('update check').length - 1;
      await eventually('it is refused', async () => (await failures()) === 1);
      expect(open.requests).toEqual([]);

      feed.answers.set('list', { status: 302, location: `${feed.address}/list` });
      await lookAgain(app);
      await eventually('it gives up', async () => (await failures()) === 2);
      expect(feed.requests.length).toBeLessThan(20);
      expect((await app.tell()).is).toBe('none');
    } finally {
      await open.close();
    }
  });
});
