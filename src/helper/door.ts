/** The doors that open a device by a process with more rights, and read or write through it. */

import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { weakIdentity } from '../engine/disk.ts';
import { PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import type { Door, OpenRequest, WriteDoor } from '../platform/ports.ts';
import { RemoteDevice } from './client.ts';
import { HelperLink } from './link.ts';
import { helperProgram } from './program.ts';
import { type HelperRequest, type Opened, PROTOCOL_VERSION } from './protocol.ts';
import { makeRequestFolder, type RequestFolder } from './request-folder.ts';
import { type StartedHelper, type StartHelper, startAsRoot } from './start.ts';
import { RemoteWritableDevice } from './writable-client.ts';

/** For whoever only wants to know whether there is one. */
export { helperProgram } from './program.ts';

export interface HelperDoorOptions {
  /** Which system's way of asking for a password is used. Nobody needs one who is root already. */
  readonly system: 'linux' | 'macos' | 'slot';
  /** Another way of starting the helper than the system's own. */
  readonly start?: StartHelper;
  /** The single executable; by default the one in which or beside which PiKeep runs. */
  readonly program?: string;
  /** Folders to try for the request and the socket, shortest last. */
  readonly bases?: readonly string[];
  /** Milliseconds for the password dialog. */
  readonly dialogLimitMs?: number;
}

const DIALOG_LIMIT_MS = 10 * 60_000;
/**
 * Milliseconds for the helper to be gone after its connection is. One that was writing may have to make a slow card keep
 * what it holds; the card is not ours to eject before.
 */
const END_LIMIT_MS = { read: 2_000, restore: 30_000 } as const;

/**
 * The door of the helper: request file, elevated start, a call back with the token, reads over the socket. Its errors are
 * the helper's own (NOT_A_CARD, PROTECTED_DISK, IDENTITY_CHANGED, DEVICE_BUSY ...), DIALOG_CANCELLED, NOT_AUTHORIZED,
 * STRANGER, BAD_MESSAGE, HELPER_FAILED, SOCKET_PATH_TOO_LONG, INTERRUPTED, and DOOR_UNAVAILABLE.
 */
export function createHelperDoor(options: HelperDoorOptions): Door {
  return {
    name: 'helper',
    async open(request) {
      const { link, opened, ended } = await open('read', request, options);
      return new RemoteDevice(link, opened, ended);
    },
  };
}

/** The same for a restore. Throws also WRITE_PROTECTED; nothing is written by opening. */
export function createHelperWriteDoor(options: HelperDoorOptions): WriteDoor {
  return {
    name: 'helper',
    async open(request) {
      const { link, opened, ended } = await open('restore', request, options);
      return new RemoteWritableDevice(link, opened, ended);
    },
  };
}

/** What a helper that has opened the device is reached by. */
interface Reached {
  readonly link: HelperLink;
  readonly opened: Opened;
  /** Resolves when the helper has ended, or should have. */
  readonly ended: () => Promise<void>;
}

type Action = HelperRequest['action'];

async function open(
  action: Action,
  request: OpenRequest,
  options: HelperDoorOptions,
): Promise<Reached> {
  throwIfInterrupted(request.signal);
  const start = options.start ?? (await startOf(options.system));
  const program = helperProgram(options.program);
  const folder = await makeRequestFolder(options.bases);
  const attempt = new Attempt(action, folder);
  try {
    return await attempt.run(request, options.dialogLimitMs ?? DIALOG_LIMIT_MS, () =>
      start({
        program,
        requestPath: folder.requestPath,
        folder: folder.folder,
        prompt: request.prompt,
      }),
    );
  } catch (error) {
    await attempt.abandon();
    throw error;
  }
}

async function startOf(system: HelperDoorOptions['system']): Promise<StartHelper> {
  if (process.getuid?.() === 0) return startAsRoot;
  if (system === 'linux') return (await import('./start-linux.ts')).startByPkexec;
  if (system === 'macos') return (await import('./start-macos.ts')).startBySudo;
  const detail = 'a card in the slot needs no rights';
  throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'helper', detail });
}

class Attempt {
  readonly #action: Action;
  readonly #folder: RequestFolder;
  readonly #token = randomBytes(32).toString('hex');
  readonly #server: Server = createServer();
  #started: StartedHelper | null = null;
  #link: HelperLink | null = null;

  constructor(action: Action, folder: RequestFolder) {
    this.#action = action;
    this.#folder = folder;
  }

  async run(
    request: OpenRequest,
    dialogLimitMs: number,
    start: () => StartedHelper,
  ): Promise<Reached> {
    const called = this.#listen();
    await this.#folder.write(this.#describe(request));
    await called.listening;
    const over = interruption(request.signal, dialogLimitMs);
    try {
      const started = start();
      this.#started = started;
      const ended = started.ended.then((error) => {
        throw error;
      });
      ended.catch(() => undefined);
      const link = await Promise.race([called.link, ended, over.promise]);
      // The request has been read; nobody needs it, or another connection, any more.
      this.#server.close();
      await this.#folder.remove();
      const opened = await Promise.race([link.opened, over.promise]);
      return { link, opened, ended: () => this.#awaitEnd() };
    } finally {
      over.cancel();
    }
  }

  async abandon(): Promise<void> {
    this.#server.close();
    await this.#folder.remove();
    await this.#link?.close();
    this.#started?.stop();
  }

  /** Resolves with the first connection that shows the token; the first one that does not ends the attempt. */
  #listen(): { listening: Promise<void>; link: Promise<HelperLink> } {
    const link = new Promise<HelperLink>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const detail = `no socket for the helper: ${error.message}`;
        reject(new PiKeepError('HELPER_FAILED', { detail }, { cause: error }));
      });
      this.#server.on('connection', (socket) => {
        if (this.#link) return socket.destroy();
        const candidate = new HelperLink(socket, this.#token);
        this.#link = candidate;
        candidate.known.then(() => resolve(candidate), reject);
      });
    });
    link.catch(() => undefined);
    const listening = new Promise<void>((resolve) => {
      this.#server.listen({ path: this.#folder.socketPath }, resolve);
    });
    return { listening: Promise.race([listening, link.then(() => undefined)]), link };
  }

  #describe({ disk, allowDiskImage }: OpenRequest): HelperRequest {
    return {
      version: PROTOCOL_VERSION,
      action: this.#action,
      token: this.#token,
      disk: disk.id,
      device: disk.rawPath,
      expected: weakIdentity(disk),
      allowDiskImage,
    };
  }

  async #awaitEnd(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_LIMIT_MS[this.#action]);
    });
    await Promise.race([this.#started?.ended, late]);
    clearTimeout(timer);
  }
}

/** Rejects with INTERRUPTED when the signal fires, and with HELPER_FAILED when nobody answers the dialog. */
function interruption(
  signal: AbortSignal | undefined,
  limitMs: number,
): { promise: Promise<never>; cancel: () => void } {
  let cancel: () => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(new PiKeepError('INTERRUPTED', {}, { cause: signal?.reason }));
    const timer = setTimeout(() => {
      reject(new PiKeepError('HELPER_FAILED', { detail: 'nobody answered the password dialog' }));
    }, limitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    cancel = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  promise.catch(() => undefined);
  return { promise, cancel };
}
