/**
 * The panel for a browser, where there is no Electron: a small web server on 127.0.0.1 that hands out the built page, a
 * stream of snapshots, and takes commands and questions. Everything on this computer and every page in the browser can reach it, so
 * each request has to show that it comes from the page we opened ourselves (see `gate.ts`).
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Desk } from '../desk/desk.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { type Answer, answer } from './answer.ts';
import { loadAssets } from './assets.ts';
import { Gate } from './gate.ts';
import { type RedirectFile, writeRedirectFile } from './redirect-file.ts';
import { Router } from './router.ts';
import { SnapshotStreams } from './snapshot-streams.ts';

export type ServedDesk = Pick<Desk, 'snapshot' | 'onSnapshot' | 'handle' | 'ask'>;

export interface ServePanelOptions {
  /** The folder of the built page (`scripts/build-panel.ts`). */
  readonly assets: string;
  /**
   * Opens a local HTML file, given as an absolute path, in the user's browser. The file holds the secret, so that no
   * command line does.
   */
  readonly openBrowser: (file: string) => Promise<void>;
  /** Milliseconds without any open page and without a running job after which the server closes; never, if left out. */
  readonly idleMs?: number;
  /** Where the redirect file is made; the system's folder for temporary files, if left out. */
  readonly redirectFolder?: string;
}

export interface PanelServer {
  /** "http://127.0.0.1:PORT/": where it listens. It lets nobody in without the redirect file. */
  readonly url: string;
  /** Opens the panel in the browser (again), with a fresh secret. */
  open(): Promise<void>;
  /** Resolves when the server has closed, by `close` or by idleness. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Larger than any request of ours, much smaller than Node's own limit. */
const MAX_HEADER_BYTES = 8192;
const MAX_CONNECTIONS = 32;
const REQUEST_TIMEOUT_MS = 10_000;
/** Node looks for late requests this often; by itself it would let idle strangers fill the connections for 30 s. */
const TIMEOUT_CHECK_MS = 1000;

/** Serves, and opens the panel in the browser. Throws UNSUPPORTED when the page has not been built. */
export async function servePanel(
  desk: ServedDesk,
  options: ServePanelOptions,
): Promise<PanelServer> {
  const assets = await loadAssets(options.assets);
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server);
  const running = new RunningPanel(desk, options, server, new Gate(port), assets);
  try {
    await running.open();
  } catch (error) {
    await running.close();
    throw error;
  }
  return running;
}

class RunningPanel implements PanelServer {
  readonly url: string;
  readonly closed: Promise<void>;
  readonly #desk: ServedDesk;
  readonly #options: ServePanelOptions;
  readonly #server: Server;
  readonly #gate: Gate;
  readonly #streams: SnapshotStreams;
  readonly #redirects = new Set<RedirectFile>();
  #idle: NodeJS.Timeout | null = null;

  constructor(
    desk: ServedDesk,
    options: ServePanelOptions,
    server: Server,
    gate: Gate,
    assets: ReadonlyMap<string, Answer>,
  ) {
    this.#desk = desk;
    this.#options = options;
    this.#server = server;
    this.#gate = gate;
    this.url = `${gate.origin}/`;
    this.#streams = new SnapshotStreams(desk, () => this.#watchIdleness());
    const router = new Router({ gate, assets, desk, streams: this.#streams });
    server.on('request', (request, response) => void this.#serve(router, request, response));
    this.closed = new Promise((resolve) => server.once('close', resolve));
    this.#watchIdleness();
  }

  async open(): Promise<void> {
    const token = this.#gate.issueToken();
    const file = await writeRedirectFile(this.#gate.enterUrl, token, this.#options.redirectFolder);
    this.#redirects.add(file);
    await this.#options.openBrowser(file.path);
  }

  async close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    this.#streams.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([this.closed, ...[...this.#redirects].map((file) => file.remove())]);
  }

  async #serve(router: Router, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const result = await router.route(request, response);
      if (result === 'streaming') return;
      answer(request, response, result);
      if (result.entered) await this.#removeRedirects();
    } catch (error) {
      const { code } = asPiKeepError(error);
      if (!response.headersSent)
        answer(request, response, { status: 500, type: 'text', body: code });
      else response.destroy();
    }
  }

  /** Their tokens have been used, or will expire. */
  async #removeRedirects(): Promise<void> {
    const files = [...this.#redirects];
    this.#redirects.clear();
    await Promise.all(files.map((file) => file.remove()));
  }

  #watchIdleness(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#streams.count > 0 || !this.#server.listening) return;
    this.#idle = setTimeout(() => {
      const { jobs, errands } = this.#desk.snapshot;
      const busy =
        jobs.some(({ state }) => state.is === 'working') ||
        errands.some(({ state }) => state.is === 'working');
      if (busy) this.#watchIdleness();
      else void this.close();
    }, idleMs);
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('the server has no port'));
    });
  });
}
