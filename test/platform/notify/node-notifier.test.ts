import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodeNotifier from 'node-notifier';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createNodeNotifier,
  type NoticeProgram,
} from '../../../src/platform/notify/node-notifier.ts';
import { needsTools } from '../../support/tools.ts';
import { startNotificationDesktop } from './notification-desktop.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.skipIf(needsTools('Xvfb', 'dbus-daemon', 'dunst', 'dunstctl', 'notify-send', 'import'))(
  'a notice on a Linux desktop',
  () => {
    it('reaches the notification daemon with its title and text, whatever a card is called', async () => {
      const desktop = await startNotificationDesktop();
      try {
        vi.stubEnv('DISPLAY', desktop.env.DISPLAY);
        vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', desktop.env.DBUS_SESSION_BUS_ADDRESS);
        const icon = join(import.meta.dirname, '../../../icons/app/icon-128.png');
        const notifier = createNodeNotifier({ icon });

        expect(
          await notifier.notify({
            id: 'done',
            title: 'octopi is backed up',
            body: '3.7 GB in 41 s, proven. ~/PiKeep/octopi',
          }),
        ).toBe(true);
        expect(
          await notifier.notify({
            id: 'hostile',
            title: '--print-id $(touch x) `id` "quoted" \\',
            body: '-i <b>bold</b> & <a href="x">link</a>\nsecond line',
          }),
        ).toBe(true);

        const pictures = join(import.meta.dirname, '../../../test-results/notify');
        await mkdir(pictures, { recursive: true });
        await desktop.shown(2);
        await desktop.screenshot(join(pictures, 'notices.png'));
        const received = await desktop.received();
        expect(received).toContainEqual({
          app: 'PiKeep',
          summary: 'octopi is backed up',
          body: '3.7 GB in 41 s, proven. ~/PiKeep/octopi',
        });
        expect(received).toContainEqual({
          app: 'PiKeep',
          summary: ' --print-id $(touch x) `id` "quoted" \\',
          body: ' -i &lt;b&gt;bold&lt;/b&gt; &amp; &lt;a href="x"&gt;link&lt;/a&gt; second line',
        });
        await notifier.close();
        expect(await notifier.notify({ id: 'late', title: 'x', body: 'y' })).toBe(false);
      } finally {
        await desktop.close();
      }
    }, 60_000);
  },
);

it.skipIf(needsTools('notify-send', 'dbus-daemon'))(
  'is refused when no notification daemon is there',
  async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nonexistent/bus');
    vi.stubEnv('DISPLAY', '');
    const accepted = await createNodeNotifier().notify({ id: '1', title: 'octopi', body: 'done' });
    expect(accepted).toBe(false);
  },
);

describe('on macOS', () => {
  /** node-notifier's own code for macOS, with another program in place of the bundled one. */
  async function withTerminalNotifier(
    content: string,
    test: (program: NoticeProgram) => Promise<void>,
  ): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-notify-'));
    try {
      const customPath = join(folder, 'terminal-notifier');
      await writeFile(customPath, content);
      await chmod(customPath, 0o755);
      vi.spyOn(os, 'type').mockReturnValue('Darwin');
      vi.spyOn(os, 'release').mockReturnValue('25.1.0');
      const program = new nodeNotifier.NotificationCenter({ customPath });
      await test(program as unknown as NoticeProgram);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('is false when the bundled program cannot run on this processor', async () => {
    // Neither a script nor a program of this machine: exec fails as it does for an Intel program without Rosetta.
    await withTerminalNotifier('\xcf\xfa\xed\xfe\u0000\u0000', async (program) => {
      const notifier = createNodeNotifier({ program });
      expect(await notifier.notify({ id: '1', title: 'octopi', body: 'done' })).toBe(false);
    });
  });

  it('calls back once when the notice itself is clicked', async () => {
    const answer =
      '{"activationType":"contentsClicked","activationAt":"2026-11-22 16:40:00 +0000"}';
    await withTerminalNotifier(`#!/bin/sh\necho '${answer}'\n`, async (program) => {
      const onClick = vi.fn();
      const notifier = createNodeNotifier({ program });
      expect(await notifier.notify({ id: '1', title: 'octopi', body: 'done', onClick })).toBe(true);
      expect(onClick).toHaveBeenCalledTimes(1);
    });
  });

  it('has buttons, and a notice of its own for each id', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-notify-'));
    const given = join(folder, 'arguments');
    const answer = '{"activationType":"actionClicked","activationValue":"Eject"}';
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${given}'\necho '${answer}'\n`;
    try {
      await withTerminalNotifier(script, async (program) => {
        const run = { show: vi.fn(), eject: vi.fn(), click: vi.fn() };
        await createNodeNotifier({ program }).notify({
          ...{ id: 'card 1', title: 'octopi', body: 'done', onClick: run.click },
          actions: [
            { label: 'Show file', run: run.show },
            { label: 'Eject', run: run.eject },
          ],
        });
        expect(run.eject).toHaveBeenCalledTimes(1);
        expect(run.show).not.toHaveBeenCalled();
        expect(run.click).not.toHaveBeenCalled();
      });
      const said = (await readFile(given, 'utf8')).split('\n');
      expect(said[said.indexOf('-group') + 1]).toBe('"card 1"');
      expect(said[said.indexOf('-actions') + 1]).toBe('"Show file","Eject"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('does not take a timed-out notice for a click', async () => {
    await withTerminalNotifier(
      `#!/bin/sh\necho '{"activationType":"timeout"}'\n`,
      async (program) => {
        const onClick = vi.fn();
        const notifier = createNodeNotifier({ program });
        expect(await notifier.notify({ id: '1', title: 'o', body: 'd', onClick })).toBe(true);
        expect(onClick).not.toHaveBeenCalled();
      },
    );
  });
});
