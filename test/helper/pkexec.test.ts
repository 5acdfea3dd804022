/**
 * The whole way for real: an ordinary user, sudo-prompt, pkexec, polkit, the built program, a block device. The rule
 * that grants it matches this one command line for one user who does not exist; it is never on the real machine.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleOf } from '../../scripts/build-helper.ts';
import { attachLoop, type LoopDevice } from '../support/loop.ts';
import { findTool, needsLoop, needsTools } from '../support/tools.ts';
import { program } from './caller-rig.ts';
import type { StagePlan, StageResult } from './polkit-stage.ts';

const run = promisify(execFile);

const user = { name: 'pikeep-test-user', uid: 64_777 };
const BYTES = 6 * 1024 * 1024;

const isMissing =
  needsTools('pkexec', 'dbus-daemon', 'dbus-send', 'unshare', 'setpriv') ||
  needsLoop() ||
  noPolkit();

describe.skipIf(isMissing)('an ordinary user', { timeout: 120_000 }, () => {
  let folder: string;
  let image: string;
  let loop: LoopDevice;
  beforeEach(async () => {
    folder = realpathSync(mkdtempSync('/tmp/pikeep-polkit-'));
    chmodSync(folder, 0o755);
    const home = join(folder, 'home');
    mkdirSync(home);
    image = join(home, 'card.img');
    const content = Buffer.alloc(BYTES);
    for (let at = 0; at < BYTES; at += 4096) content.writeUInt32LE(at, at);
    writeFileSync(image, content, { mode: 0o600 });
    for (const path of [home, image]) chownSync(path, user.uid, user.uid);
    loop = await attachLoop(image);
  });
  afterEach(async () => {
    await loop.detach();
    rmSync(folder, { recursive: true });
  });

  /** polkit sees the command line as pkexec got it; only the random part of the request's folder is left open. */
  const grant = (helper = join(folder, 'pikeep')): string => {
    const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const before = quoted(`/bin/bash -c echo SUDOPROMPT; '${helper}' helper '/tmp/pikeep-`);
    const line = `${before}[A-Za-z0-9]{6}${quoted("/request'")}`;
    return `polkit.addRule(function (action, subject) {
      if (action.id !== 'org.freedesktop.policykit.exec') return;
      if (subject.user !== '${user.name}') return;
      if (/^(\\/usr)?${line}$/.test(action.lookup('command_line'))) return polkit.Result.YES;
    });\n`;
  };
  const refusal = `polkit.addRule(function (action) {
    if (action.id === 'org.freedesktop.policykit.exec') return polkit.Result.NO;
  });\n`;

  const perform = async (
    rule: string | null,
    command: readonly string[],
    replaced: Record<string, string> = {},
  ): Promise<StageResult> => {
    const plan: StagePlan = {
      user,
      folder,
      programs: { node: process.execPath, pikeep: program },
      replaced,
      rule,
      command,
    };
    const stage = resolve(import.meta.dirname, 'polkit-stage.ts');
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const { stdout } = await run(
      'unshare',
      [...namespaces, process.execPath, stage, JSON.stringify(plan)],
      { maxBuffer: 16 * 1024 * 1024 },
    );
    return JSON.parse(stdout) as StageResult;
  };
  const openTheDoor = async (
    rule: string | null,
    replaced?: Record<string, string>,
    ...filling: readonly string[]
  ): Promise<unknown> => {
    const driver = join(folder, 'driver.cjs');
    const { code } = await bundleOf(resolve(import.meta.dirname, 'ordinary-caller.ts'));
    writeFileSync(driver, code);
    const command = [join(folder, 'node'), driver, loop.id, join(folder, 'pikeep'), ...filling];
    const { status, stdout, stderr } = await perform(rule, command, replaced);
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const backUp = (rule: string | null): Promise<StageResult> =>
    perform(rule, [
      ...[join(folder, 'pikeep'), 'backup', loop.path, '--allow-disk-image', '--whole-card'],
      ...['--to', join(folder, 'home'), '--json'],
    ]);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test('reads a device through the helper that polkit let sudo-prompt start', async () => {
    expect(await openTheDoor(grant())).toEqual({
      uid: user.uid,
      canOpenItself: false,
      path: loop.path,
      size: BYTES,
      sha256: sha256(readFileSync(image)),
      leftBehind: [],
    });
  });

  test('writes one for a restore in the same way, if the file behind it is theirs to write', async () => {
    const before = sha256(readFileSync(image));
    chmodSync(image, 0o400);
    expect(await openTheDoor(grant(), {}, '165')).toMatchObject({
      code: 'NOT_A_CARD',
      facts: { disk: loop.id, reason: 'disk-image' },
      leftBehind: [],
    });
    expect(sha256(readFileSync(image))).toBe(before);
    chmodSync(image, 0o600);
    expect(await openTheDoor(grant(), {}, '165')).toEqual({
      uid: user.uid,
      canOpenItself: false,
      isWritten: true,
      leftBehind: [],
    });
    expect(readFileSync(image).equals(Buffer.alloc(BYTES, 165))).toBe(true);
  });

  test('is told so when nobody can be asked for a password', async () => {
    expect(await openTheDoor(null)).toMatchObject({ code: 'NOT_AUTHORIZED', leftBehind: [] });
  });

  test('is told so when polkit says no', async () => {
    expect(await openTheDoor(refusal)).toMatchObject({
      code: 'NOT_AUTHORIZED',
      facts: { door: 'helper', detail: expect.stringMatching(/not authorized/i) },
      leftBehind: [],
    });
  });

  test('is told when they closed the dialog', async () => {
    // What `man pkexec` says it does when the user dismisses the dialog; there is nobody here to do so.
    const dismissed = join(folder, 'dismissed');
    writeFileSync(dismissed, '#!/bin/sh\nexit 126\n', { mode: 0o755 });
    expect(await openTheDoor(grant(), { '/usr/bin/pkexec': dismissed })).toMatchObject({
      code: 'DIALOG_CANCELLED',
      leftBehind: [],
    });
  });

  test('gains nothing by a grant for another program', async () => {
    const answer = await openTheDoor(grant('/usr/bin/pikeep'));
    expect(answer).toMatchObject({ code: 'NOT_AUTHORIZED' });
  });

  test('gains nothing for the disk image of somebody else', async () => {
    chownSync(image, 0, 0);
    expect(await openTheDoor(grant())).toMatchObject({
      code: 'NOT_A_CARD',
      facts: { disk: loop.id, reason: 'disk-image' },
    });
  });

  test('makes a whole, proven backup from the command line', async () => {
    const { status, stdout, stderr } = await backUp(grant());
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const done = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .at(-1);
    expect(done).toMatchObject({ event: 'done' });
    const made = readdirSync(join(folder, 'home'), { recursive: true, encoding: 'utf8' });
    const backup = made.find((name) => name.endsWith('.img') && name !== 'card.img') ?? '';
    expect(sha256(readFileSync(join(folder, 'home', backup)))).toBe(sha256(readFileSync(image)));
  });

  test('gets exit status 5 from the command line without the grant', async () => {
    const { status, stdout } = await backUp(null);
    expect(status).toBe(5);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ event: 'error', code: 'NOT_AUTHORIZED' });
    const left = readdirSync(join(folder, 'home'), { recursive: true, encoding: 'utf8' });
    const isLog = (name: string): boolean => name.split('/')[0] === '.local';
    expect(left.filter((name) => !isLog(name))).toEqual(['card.img']);
    // Beside the log nothing was begun: no library, no partial.
    expect(left.filter((name) => name.includes('.img'))).toEqual(['card.img']);
  });
});

function noPolkit(): boolean {
  return !existsSync('/usr/lib/polkit-1/polkitd') && needsTools('polkitd') && !findTool('polkitd');
}
