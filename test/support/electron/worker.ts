/** `utilityProcess` and `session`. Behaviour as documented in electron.d.ts. */

import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type Electron from 'electron';
import { app } from './app.ts';
import { bound, strict } from './strict.ts';
import { changed, onDeed, world } from './world.ts';

/** While true every worker is stopped as it starts, so that a test can look at what comes before its first word. */
let heldBack = false;

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  pid: number | undefined;

  constructor(modulePath: string, args: string[], options: Electron.ForkOptions) {
    super();
    this.#child = fork(modulePath, args, {
      env: options.env as NodeJS.ProcessEnv,
      // The process sees `process.parentPort` and no `process.send`.
      execArgv: ['--import', fileURLToPath(new URL('./parent-port.ts', import.meta.url))],
      serialization: 'advanced',
    });
    this.pid = this.#child.pid;
    if (this.pid !== undefined) world.workers.push(this.pid);
    if (heldBack) this.#child.kill('SIGSTOP');
    changed();
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => {
      world.workers.splice(world.workers.indexOf(this.pid ?? -1), 1);
      changed();
      // "the value is undefined after the exit event is emitted"
      this.emit('exit', code ?? 1);
      this.pid = undefined;
    });
  }
  postMessage(message: unknown) {
    if (this.#child.connected) this.#child.send(message as object);
  }
  /** "Terminates the process gracefully. On POSIX, it uses SIGTERM". */
  kill() {
    return this.#child.kill('SIGTERM');
  }
  goOn() {
    this.#child.kill('SIGCONT');
  }
  crash() {
    return this.#child.kill('SIGKILL');
  }
}

onDeed('hold workers back', () => {
  heldBack = true;
});

export const utilityProcess = strict('utilityProcess', {
  /** "can only be called after the ready event has been emitted on App." */
  fork(modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}) {
    if (!app.isReady()) throw new Error('the app is not ready');
    const child = new UtilityProcess(modulePath, args, options);
    // Electron ends its utility processes with the app.
    const end = (): boolean => child.crash();
    process.on('exit', end);
    child.on('exit', () => process.off('exit', end));
    onDeed('crash worker', () => child.crash());
    onDeed('let worker go on', () => {
      heldBack = false;
      child.goOn();
    });
    return bound('UtilityProcess', child);
  },
});

type PermissionRequest = (
  contents: null,
  permission: string,
  callback: (ok: boolean) => void,
) => void;
let mayAsk: PermissionRequest | null = null;
let mayCheck: (() => boolean) | null = null;
let mayUse: (() => boolean) | null = null;

export const session = strict('session', {
  defaultSession: strict('session.defaultSession', {
    setPermissionRequestHandler(handler: PermissionRequest) {
      mayAsk = handler;
    },
    setPermissionCheckHandler(handler: () => boolean) {
      mayCheck = handler;
    },
    setDevicePermissionHandler(handler: () => boolean) {
      mayUse = handler;
    },
  }),
});

/** Without a handler Electron grants what a page asks for. */
onDeed('ask for permission', async (permission: string) => {
  const asked = await new Promise<boolean>((resolve) =>
    mayAsk ? mayAsk(null, permission, resolve) : resolve(true),
  );
  return { asked, checked: mayCheck?.() ?? true, device: mayUse?.() ?? true };
});
