/** Runs a command in a real terminal (util-linux "script"), types into it and reads what it shows. */

import { spawn } from 'node:child_process';

export interface Terminal {
  type(keys: string): void;
  /** Rejects when the command ends before. */
  untilOutput(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

export function startOnTerminal(command: string): Terminal {
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    stdio: 'pipe',
    env: { ...process.env, HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent', TERM: 'xterm' },
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      for (const tell of [...listeners]) tell();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
  return {
    ended,
    type: (keys) => void child.stdin.write(keys),
    untilOutput(text) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended before it showed ${text}: ${output}`)));
      });
    },
  };
}
