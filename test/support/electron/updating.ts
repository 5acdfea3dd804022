/**
 * What electron-updater uses of Electron besides: `net`, a session of its own, and `autoUpdater`. Only for tests of updates:
 * to the rest of the app the stand-in has no network at all. Behaviour as documented in electron.d.ts at each member.
 */

import { EventEmitter } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type Electron from 'electron';
import { app } from './app.ts';
import { bound, strict } from './strict.ts';
import { changed, onDeed, world } from './world.ts';

type Headers = Record<string, string>;
type BeforeRequest = (
  details: { url: string },
  answer: (response: { cancel?: boolean }) => void,
) => void;
type BeforeSendHeaders = (
  details: { url: string; requestHeaders: Headers },
  answer: (response: { requestHeaders?: Headers }) => void,
) => void;

class WebRequest {
  beforeRequest: BeforeRequest | null = null;
  beforeSendHeaders: BeforeSendHeaders | null = null;
  onBeforeRequest(listener: BeforeRequest) {
    this.beforeRequest = listener;
  }
  onBeforeSendHeaders(listener: BeforeSendHeaders) {
    this.beforeSendHeaders = listener;
  }
}

interface StandInSession {
  readonly webRequest: WebRequest;
}
const partitions = new Map<string, StandInSession>();

/** "If partition starts with persist:, the page will use a persistent session"; one of a name is always the same. */
export function fromPartition(partition: string, _options?: Electron.FromPartitionOptions) {
  const known = partitions.get(partition);
  if (known) return known;
  const made = strict('session', { webRequest: new WebRequest() });
  partitions.set(partition, made);
  return made;
}

interface RequestOptions {
  readonly protocol?: string;
  readonly hostname: string;
  readonly port?: number | string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Headers;
  readonly redirect?: string;
  readonly session: StandInSession;
}

class ClientRequest extends EventEmitter {
  readonly #options: RequestOptions;
  #abort: (() => void) | null = null;
  #isAborted = false;

  constructor(options: RequestOptions) {
    super();
    this.#options = options;
  }
  /** "Sends the last chunk of the request data": until then nothing is sent. */
  end() {
    const { protocol = 'https:', hostname, port, path } = this.#options;
    this.#begin(new URL(path, `${protocol}//${hostname}${port ? `:${port}` : ''}`).href);
  }
  #begin(url: string) {
    const { session } = this.#options;
    const send = () => {
      const requestHeaders = { ...this.#options.headers };
      const go = (headers: Headers) => this.#send(url, headers);
      const { beforeSendHeaders } = session.webRequest;
      if (!beforeSendHeaders) return go(requestHeaders);
      beforeSendHeaders({ url, requestHeaders }, (answer) =>
        go(answer.requestHeaders ?? requestHeaders),
      );
    };
    const { beforeRequest } = session.webRequest;
    if (!beforeRequest) return send();
    beforeRequest({ url }, ({ cancel }) =>
      cancel ? this.emit('error', new Error('net::ERR_BLOCKED_BY_CLIENT')) : send(),
    );
  }
  #send(url: string, headers: Headers) {
    const { method = 'GET' } = this.#options;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { method, headers, agent: false }, (response) => {
      const { statusCode = 0 } = response;
      const { location } = response.headers;
      if (statusCode < 300 || statusCode > 399 || location === undefined) {
        this.emit('response', response);
        return;
      }
      response.destroy();
      const next = new URL(location, url).href;
      this.emit('redirect', statusCode, method, next, response.headers);
      if (this.#isAborted) return;
      // Manual: "if followRedirect is not called during the event, the request will be cancelled"; else it is followed.
      if (this.#options.redirect === 'manual')
        this.emit('error', new Error('Redirect was cancelled'));
      else this.#begin(next);
    });
    request.on('error', (error) => {
      if (!this.#isAborted) this.emit('error', error);
    });
    this.#abort = () => request.destroy();
    request.end();
  }
  abort() {
    this.#isAborted = true;
    this.#abort?.();
    this.emit('abort');
  }
}

export const net = strict('net', {
  request: (options: RequestOptions) => bound('ClientRequest', new ClientRequest(options)),
});

/** Decided by the test: what was staged cannot be started. */
let isRefusing = false;
onDeed('refuse to restart', () => {
  isRefusing = true;
});

/**
 * Squirrel.Mac: asks the feed with the given headers, fetches what its JSON names, and takes it only if it is signed as the
 * running app is. Here the first line of the file says by whom.
 */
class AutoUpdater extends EventEmitter {
  #feed: { url: string; headers: Headers } | null = null;
  #isStaged = false;

  setFeedURL({ url, headers = {} }: { url: string; headers?: Headers }) {
    this.#feed = { url, headers };
  }
  /** "If an update is available it will be downloaded automatically." */
  checkForUpdates() {
    world.updates.asked += 1;
    changed();
    this.#fetch().catch((error: unknown) => this.emit('error', error));
  }
  async #fetch() {
    if (!this.#feed) throw new Error('Update URL is not set');
    const { url, headers } = this.#feed;
    this.emit('checking-for-update');
    const answer = await get(url, headers);
    if (answer.status === 204) return this.emit('update-not-available');
    if (answer.status !== 200) throw new Error(`Update check failed: ${answer.status}`);
    this.emit('update-available');
    const update: { url: string } = JSON.parse(answer.body.toString());
    const { body } = await get(update.url, headers);
    if (!body.toString().startsWith('signed by PiKeep\n')) {
      throw new Error('Code signature did not pass validation');
    }
    // From here on it takes the app's place when the app has ended.
    this.#isStaged = true;
    world.updates.staged += 1;
    changed();
    return this.emit('update-downloaded', {}, '', '', new Date(), update.url);
  }
  /** "Will close all application windows first, and automatically call app.quit() after all windows have been closed." */
  quitAndInstall() {
    if (!this.#isStaged || isRefusing) {
      this.emit('error', new Error('No update available, can’t quit and install'));
      return;
    }
    this.emit('before-quit-for-update');
    world.updates.restarts += 1;
    changed();
    setImmediate(() => app.quit());
  }
}
AutoUpdater satisfies new () => Pick<
  Electron.AutoUpdater,
  'setFeedURL' | 'checkForUpdates' | 'quitAndInstall'
>;
export const autoUpdater = bound('autoUpdater', new AutoUpdater());

async function get(url: string, headers: Headers): Promise<{ status: number; body: Buffer }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, resolve).on('error', reject).end();
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts) };
}
