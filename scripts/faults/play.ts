/** Plays one cell: starts the command, lets the fault happen, waits for the end no longer than the limit, and judges. */

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Ended, type Event, type Running, startPikeep } from '../../test/cli/run-pikeep.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Trial } from './cell.ts';
import { judge } from './judge.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

/** Seconds; a cell takes five, on a machine that does nothing else. */
const LIMIT = 120;

export async function play(row: string, stage: Stage, scene: Scene): Promise<Trial> {
  const { limitSeconds = LIMIT } = scene;
  const begun = performance.now();
  const running = startPikeep(scene.args, {
    group: true,
    env: { HOME: stage.folder, XDG_STATE_HOME: `${stage.folder}/state`, ...scene.env },
    ...(scene.uid === undefined ? {} : { uid: scene.uid }),
  });
  const limit = new AbortController();
  try {
    const late = delay(limitSeconds * 1000, 'late' as const, { signal: limit.signal });
    late.catch(() => undefined);
    const fault = scene.during?.(running) ?? Promise.resolve();
    const faulty = fault.then(
      () => null,
      (error: unknown) => `the fault did not happen: ${error}`,
    );
    const first = await Promise.race([late, exit(running)]);
    const seconds = (performance.now() - begun) / 1000;
    const isLate = first === 'late';
    if (isLate) killGroup(running);
    const trouble = isLate ? null : await faulty;
    await scene.after?.();
    const ended = await running.ended;
    await everybodyGone(running.pid);
    const said = sayings(ended);
    const judged = await judge(stage, scene, ended);
    return {
      ...{ row, column: stage.column, exit: ended.code, ...said, left: judged.left },
      ...{ seconds, limitSeconds },
      broken: [
        ...(isLate ? [`it had not ended after ${limitSeconds} s`] : []),
        ...(trouble === null ? [] : [trouble]),
        ...judged.broken,
        ...voiceless(ended, scene),
      ],
    };
  } finally {
    limit.abort();
    killGroup(running);
  }
}

/** Its output may stay open longer: a worker that hangs in the system holds it. */
async function exit({ child, ended }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([once(child, 'exit'), ended]);
}

/** Everybody whose group it is, the worker too: what somebody still writes cannot be judged. */
async function everybodyGone(group: number): Promise<void> {
  await eventually('the worker has ended', () => !groupExists(group), 60_000);
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function killGroup({ pid }: Running): void {
  if (groupExists(pid)) process.kill(-pid, 'SIGKILL');
}

/** What a person would have read: the error, else the warning, else that it is done. */
function sayings(ended: Ended): { code: string | null; says: string } {
  const events = heardEvents(ended);
  const bad = events.findLast(({ event }) => event === 'error');
  const warning = events.findLast(({ event, code }) => event === 'warning' && code !== 'GOES_ON');
  const text = String(bad?.['message'] ?? warning?.['text'] ?? '');
  const code = bad?.['code'] ?? warning?.['code'] ?? null;
  const skipped = events.find(({ event }) => event === 'skipped');
  if (text === '' && skipped) {
    return { code: null, says: firstSentence(`Not whole: ${skipped['path']}: ${skipped['why']}`) };
  }
  if (text === '') return { code: null, says: ended.code === 0 ? 'Done.' : 'nothing' };
  return { code: String(code), says: firstSentence(text) };
}

function heardEvents(ended: Ended): readonly Event[] {
  // The last line of a command that was killed may be cut off.
  const lines = ended.stdout.split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Event);
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}

/** Whoever fails says why and what to do; only a command that was killed itself cannot. */
function voiceless(ended: Ended, { isKilled = false }: Scene): string[] {
  if (isKilled || ended.code === 0 || ended.code === 3) return [];
  if (ended.code === null) return [`it ended by ${ended.signal}`];
  const error = heardEvents(ended).findLast(({ event }) => event === 'error');
  if (!error) return ['it failed without a word'];
  const next = error['next'];
  return typeof next === 'string' && next !== '' ? [] : ['it names no next step'];
}
