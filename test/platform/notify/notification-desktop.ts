/** A desktop of one's own for a test: an X server without a screen, a private session bus and a notification daemon. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { endProcess } from '../../support/end-process.ts';

const run = promisify(execFile);

export interface ReceivedNotice {
  readonly app: string;
  readonly summary: string;
  readonly body: string;
}

export interface NotificationDesktop {
  /** DISPLAY and DBUS_SESSION_BUS_ADDRESS. */
  readonly env: { readonly DISPLAY: string; readonly DBUS_SESSION_BUS_ADDRESS: string };
  /** Resolves when at least `count` notices are on the screen. */
  shown(count: number): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** Takes all notices off the screen and returns what the daemon had received. */
  received(): Promise<readonly ReceivedNotice[]>;
  close(): Promise<void>;
}

/** Needs Xvfb, dbus-daemon, dunst, dunstctl and ImageMagick's import. */
export async function startNotificationDesktop(): Promise<NotificationDesktop> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-desktop-'));
  const children: ChildProcess[] = [];

  async function close() {
    for (const child of children.reverse()) await endProcess(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const x = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '800x300x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    children.push(x);
    const display = `:${await firstLine(x, x.stdio[3])}`;
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=3'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    children.push(bus);
    const address = await firstLine(bus, bus.stdio[3]);
    const env = { DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: address };

    const config = join(folder, 'dunstrc');
    await writeFile(
      config,
      '[global]\n  font = Sans 12\n  width = 420\n  markup = full\n  follow = none\n',
    );
    const daemon = spawn('dunst', ['-config', config, '-verbosity', 'crit'], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    children.push(daemon);

    const ask = async (file: string, args: string[]) =>
      (await run(file, args, { env: { ...process.env, ...env }, timeout: 10_000 })).stdout;
    await until('the notification daemon answers', async () => {
      await ask('dunstctl', ['count']);
      return true;
    });

    return {
      env,
      async shown(count) {
        await until(`${count} notices are shown`, async () => {
          return Number(await ask('dunstctl', ['count', 'displayed'])) >= count;
        });
      },
      async received() {
        // The daemon lists only what it has taken off the screen again.
        await ask('dunstctl', ['close-all']);
        return parseHistory(await ask('dunstctl', ['history']));
      },
      async screenshot(path) {
        await ask('import', ['-window', 'root', path]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function parseHistory(json: string): ReceivedNotice[] {
  interface Field {
    data: string;
  }
  const history = JSON.parse(json) as {
    data: { appname: Field; summary: Field; body: Field }[][];
  };
  return (history.data[0] ?? []).map((entry) => ({
    app: entry.appname.data,
    summary: entry.summary.data,
    body: entry.body.data,
  }));
}

async function firstLine(child: ChildProcess, stream: unknown): Promise<string> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${child.spawnfile} ended with ${code} before it was ready`);
  });
  const line = once(createInterface({ input: stream as NodeJS.ReadableStream }), 'line');
  const [text] = await Promise.race([line, gone]);
  return String(text);
}

/** Asks again until `condition` holds; what it threw last is the cause when it never does. */
async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain until ${what}`, { cause: last });
}
