/** Processes that die in the middle. */

import { readdirSync, readFileSync } from 'node:fs';
import { inTheMiddle, type Row, type Scene } from './scene.ts';

function killed(
  name: string,
  title: string,
  how: string,
  { options = [], isKilled = false }: { options?: string[]; isKilled?: boolean },
  victimOf: (command: number) => number,
): Row {
  return {
    ...{ name, title, how },
    async scene(stage, column): Promise<Scene> {
      const reader = await stage.reader({});
      return {
        args: [...stage.args({ device: reader.path }), ...options],
        isLossy: true,
        isKilled,
        during: async (running) => {
          await inTheMiddle(running, column);
          process.kill(victimOf(running.pid), 'SIGKILL');
        },
      };
    },
  };
}

/** The descendant whose command line has this word. */
function descendant(pid: number, word: string): number {
  const queue = [pid];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    const children = readdirSync(`/proc/${one}/task`).flatMap((thread) =>
      readFileSync(`/proc/${one}/task/${thread}/children`, 'utf8').split(' '),
    );
    for (const child of children.filter((text) => text !== '').map(Number)) {
      const words = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0');
      if (words.some((text) => text === word || text.endsWith(word))) return child;
      queue.push(child);
    }
  }
  throw new Error(`no process called ${word}`);
}

export const killedRows: readonly Row[] = [
  killed('worker-killed', 'worker killed', 'kill -9 of the worker in the middle.', {}, (pid) =>
    descendant(pid, 'worker/entry.ts'),
  ),
  killed(
    'helper-killed',
    'helper killed',
    'kill -9 of the helper that holds the device in the middle (--door helper).',
    { options: ['--door', 'helper'] },
    (pid) => descendant(pid, 'helper'),
  ),
  killed(
    'app-killed',
    'app killed',
    'kill -9 of whoever started the worker in the middle; the worker notices that its owner has gone.',
    { isKilled: true },
    (pid) => pid,
  ),
];
