/** `pikeep panel` as a process of its own, as scripts start it: without a browser, with one JSON object a line. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const program = resolve(import.meta.dirname, '../src/cli/main.ts');

export interface PanelOptions {
  /** Further options of the command. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** A file for its standard error; without one it is that of the caller. */
  readonly log?: string;
  /** Opens a channel for messages between the two. */
  readonly withChannel?: boolean;
}

export interface PanelProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The file to open in a browser; good for one browser. */
  readonly page: string;
  /** As Ctrl-C does; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Resolves when the panel is served. Throws with what it said when it ends before. */
export async function startPanel(options: PanelOptions): Promise<PanelProcess> {
  const { args, env, node = [], log, withChannel = false } = options;
  const stderr = log === undefined ? null : openSync(log, 'w');
  const child = spawn(
    process.execPath,
    [...node, program, 'panel', '--no-browser', '--json', ...args],
    {
      env,
      stdio: ['ignore', 'pipe', stderr ?? 'inherit', ...(withChannel ? ['ipc' as const] : [])],
    },
  );
  if (stderr !== null) closeSync(stderr);
  try {
    const page = await pageOf(child);
    return { child, pid: child.pid ?? 0, page, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function pageOf(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error('the panel has no output');
  let last = 'nothing';
  for await (const line of createInterface({ input: stdout })) {
    last = line;
    const event: { event: string; file?: string } = JSON.parse(line);
    if (event.event !== 'open' || event.file === undefined) continue;
    // What it says later has to go somewhere.
    stdout.resume();
    return event.file;
  }
  throw new Error(`the panel ended before it was served, and said last: ${last}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}
