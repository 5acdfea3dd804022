/**
 * A world of its own in which polkit runs, for one command of one ordinary user. Mounts, processes, the user, the bus
 * and the rule exist only in namespaces of this process (`man unshare`), so nothing of them is ever on the real machine,
 * however this ends: pkexec insists on the system's own places, and here these places are ours.
 *
 * Started as: unshare --mount --pid --fork --kill-child --mount-proc node polkit-stage.ts PLAN, PLAN being JSON.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface StagePlan {
  readonly user: { readonly name: string; readonly uid: number };
  /** Root's own folder, which anybody may look into. */
  readonly folder: string;
  /** Programs to show in that folder: name → where it really is. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files of the system to replace: path → what is seen there. */
  readonly replaced: Readonly<Record<string, string>>;
  /** JavaScript for polkit, or null for no rule at all. */
  readonly rule: string | null;
  readonly command: readonly string[];
}

export interface StageResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const START_LIMIT_MS = 20_000;
const BUS_SOCKET = '/run/dbus/system_bus_socket';

async function perform(plan: StagePlan): Promise<StageResult> {
  setTheScene(plan);
  const bus = daemon('/usr/bin/dbus-daemon', '--system', '--nofork', '--nopidfile');
  await until(bus, () => existsSync(BUS_SOCKET));
  const polkit = daemon('/usr/lib/polkit-1/polkitd', '--no-debug');
  await until(polkit, hasPolkit);
  const [file = '', ...args] = plan.command;
  const id = String(plan.user.uid);
  const { status, stdout, stderr } = spawnSync(
    'setpriv',
    ['--reuid', id, '--regid', id, '--clear-groups', '--', file, ...args],
    {
      cwd: homeOf(plan),
      env: { PATH: '/usr/bin:/bin', HOME: homeOf(plan), LC_ALL: 'C', SHELL: '/bin/sh' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return { status, stdout, stderr };
}

function setTheScene(plan: StagePlan): void {
  const { name, uid } = plan.user;
  mount('--make-rprivate', '/');
  for (const [program, real] of Object.entries(plan.programs)) {
    const shown = join(plan.folder, program);
    writeFileSync(shown, '');
    mount('--bind', real, shown);
  }
  for (const [path, other] of Object.entries(plan.replaced)) mount('--bind', other, path);
  const lines = {
    passwd: `${name}:x:${uid}:${uid}::${homeOf(plan)}:/bin/sh`,
    group: `${name}:x:${uid}:`,
    shadow: `${name}:*:1::::::`,
  };
  for (const [file, line] of Object.entries(lines)) {
    const changed = join(plan.folder, file);
    copyFileSync(`/etc/${file}`, changed);
    appendFileSync(changed, `${line}\n`);
    mount('--bind', changed, `/etc/${file}`);
  }
  for (const folder of ['/run/dbus', '/etc/polkit-1/rules.d']) {
    mkdirSync(folder, { recursive: true });
    mount('-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder);
  }
  if (plan.rule !== null) writeFileSync('/etc/polkit-1/rules.d/10-pikeep-test.rules', plan.rule);
}

function homeOf(plan: StagePlan): string {
  return join(plan.folder, 'home');
}

function mount(...args: string[]): void {
  execFileSync('mount', args);
}

/** Its complaints go to standard error; it dies with the process namespace. */
function daemon(file: string, ...args: string[]): ChildProcess {
  return spawn(file, args, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 2, 2] });
}

function hasPolkit(): boolean {
  const question = [
    '--system',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.NameHasOwner',
  ];
  const { stdout } = spawnSync('dbus-send', [...question, 'string:org.freedesktop.PolicyKit1'], {
    encoding: 'utf8',
  });
  return stdout.includes('boolean true');
}

async function until(running: ChildProcess, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!isSo()) {
    if (running.exitCode !== null) throw new Error(`${running.spawnfile} ended by itself`);
    if (Date.now() > deadline) throw new Error(`${running.spawnfile} did not come up`);
    await delay(50);
  }
}

const plan = JSON.parse(process.argv[2] ?? '') as StagePlan;
process.stdout.write(JSON.stringify(await perform(plan)));
// The two daemons end with the namespace of which this process is the first.
process.exit(0);
