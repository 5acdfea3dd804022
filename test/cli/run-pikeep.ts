/** Runs the real command line as a process of its own, the way a user does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const script = fileURLToPath(new URL('../../scripts/pikeep', import.meta.url));

export type Event = Record<string, unknown> & { event: string };

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout as JSON; throws on a line that is none. */
  readonly events: readonly Event[];
  readonly last: Event;
}

export interface Options {
  readonly cwd?: string;
  /** Run as this user and group. */
  readonly uid?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Own process group, as a shell gives every command. */
  readonly group?: boolean;
  readonly command?: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the first event that matches; rejects when the process ends before. */
  untilEvent(matches: (event: Event) => boolean): Promise<Event>;
  readonly ended: Promise<Ended>;
}

export function startPikeep(args: readonly string[], options: Options = {}): Running {
  const { uid, cwd } = options;
  const child = spawn(options.command ?? script, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
    // A home of its own: the settings of whoever runs the tests are none of their business.
    env: {
      ...process.env,
      HOME: '/nonexistent',
      XDG_CONFIG_HOME: '/nonexistent',
      // Whatever whoever runs the tests reads.
      LC_ALL: 'C.UTF-8',
      ...options.env,
    },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const waiting = new Set<(event: Event) => void>();
  const seen: Event[] = [];
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const event = JSON.parse(line) as Event;
    seen.push(event);
    for (const tell of [...waiting]) tell(event);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const parsed = (): Event[] =>
        stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Event);
      resolve({
        code,
        signal,
        stdout,
        stderr,
        get events() {
          return parsed();
        },
        get last() {
          const event = parsed().at(-1);
          if (!event) throw new Error(`nothing on stdout; stderr: ${stderr}`);
          return event;
        },
      });
    });
  });
  return {
    child,
    pid: child.pid ?? -1,
    ended,
    untilEvent(matches) {
      const already = seen.find(matches);
      if (already) return Promise.resolve(already);
      return new Promise((resolve, reject) => {
        const tell = (event: Event): void => {
          if (!matches(event)) return;
          waiting.delete(tell);
          resolve(event);
        };
        waiting.add(tell);
        void ended.then(() =>
          reject(new Error(`it ended before. stdout: ${stdout} stderr: ${stderr}`)),
        );
      });
    },
  };
}

export function pikeep(args: readonly string[], options: Options = {}): Promise<Ended> {
  return startPikeep(args, options).ended;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pikeep-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
