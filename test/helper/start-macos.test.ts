/** sudo's way, with stand-ins for the programs of macOS and the real helper behind them. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { createHelperDoor } from '../../src/helper/door.ts';
import { type SudoTools, startBySudo } from '../../src/helper/start-macos.ts';
import { createMac, type Mac } from '../support/mac/stand-in.ts';
import { needsLoop } from '../support/tools.ts';
import { program } from './caller-rig.ts';
import { FILLING, useStage } from './stage.ts';

describe.skipIf(needsLoop())('starting the helper by sudo', () => {
  const stage = useStage();
  let mac: Mac;
  let device: BlockDevice | null = null;
  beforeEach(() => {
    mac = createMac();
  });
  afterEach(async () => {
    await device?.close();
    device = null;
    mac.remove();
  });

  const tools = (): SudoTools => ({
    sudo: join(mac.state.programs, 'sudo'),
    env: '/usr/bin/env',
    osascript: join(mac.state.programs, 'osascript'),
  });
  const types = (password: string | null) =>
    mac.state.update((state) => (state.password = password));
  const open = async (prompt = 'PiKeep wants to read octopi.', sudoTools = tools()) => {
    const start = (request: Parameters<typeof startBySudo>[0]) => startBySudo(request, sudoTools);
    device = await createHelperDoor({ system: 'macos', start }).open({
      disk: stage.disk,
      allowDiskImage: true,
      authorizer: null,
      prompt,
    });
    return device;
  };
  const dialogs = () => mac.state.calls('osascript').length;

  test('asks for the password once, gives the helper no environment, and reads', async () => {
    types('correct');
    const into = new Uint8Array(16);
    await (await open()).read(into, 4096);
    expect(into.every((byte) => byte === FILLING)).toBe(true);
    const [call] = mac.state.calls('sudo');
    expect(call?.args).toEqual([
      ...['-k', '-A', '-H', '-p', 'PiKeep wants to read octopi.', '--'],
      ...['/usr/bin/env', '-i', 'PATH=/usr/bin:/bin:/usr/sbin:/sbin'],
      ...[`SUDO_UID=${process.getuid?.()}`, program, 'helper'],
      expect.stringMatching(/^\/.*\/pikeep-[A-Za-z0-9]{6}\/request$/),
    ]);
    expect(dialogs()).toBe(1);
  });

  test('tells Cancel from a refusal, and asks no second time', async () => {
    types(null);
    await expect(open()).rejects.toMatchObject({
      code: 'DIALOG_CANCELLED',
      facts: { door: 'helper' },
    });
    expect(dialogs()).toBe(1);
  });

  test('says what sudo says when the password stays wrong', async () => {
    types('wrong');
    await expect(open()).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      facts: { detail: expect.stringContaining('incorrect password') },
    });
  });

  test('says what sudo says of a user who is not in sudoers', async () => {
    types('correct');
    mac.state.update((state) => Object.assign(state.account, { mayUseSudo: false }));
    await expect(open()).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      facts: { detail: expect.stringContaining('sudoers') },
    });
  });

  test('passes on the helper’s own refusal', async () => {
    types('correct');
    const request = { disk: stage.disk, allowDiskImage: false, authorizer: null, prompt: 'x' };
    const start = (asked: Parameters<typeof startBySudo>[0]) => startBySudo(asked, tools());
    await expect(createHelperDoor({ system: 'macos', start }).open(request)).rejects.toMatchObject({
      code: 'NOT_A_CARD',
      facts: { reason: 'disk-image' },
    });
  });

  test('is no door where there is no sudo', async () => {
    const without = { ...tools(), sudo: join(mac.state.programs, 'none') };
    await expect(open('x', without)).rejects.toMatchObject({ code: 'DOOR_UNAVAILABLE' });
  });

  test('lets a card’s name be nothing but text in the dialog', async () => {
    types('correct');
    await open(`Card "$(touch /tmp/x)\` '; exit\n\u2028%u%p\u0007${'long '.repeat(200)}`);
    const [call] = mac.state.calls('osascript');
    const shown = call?.args.at(-1) ?? '';
    expect(shown.startsWith(`Card "$(touch /tmp/x)\` '; exit %%u%%p `)).toBe(true);
    expect(shown.length).toBeLessThanOrEqual(302);
    expect(call?.args).toHaveLength(4);
  });
});
