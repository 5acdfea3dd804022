/** Open pages: each gets the present snapshot and then every new one, as server-sent events. */

import type { ServerResponse } from 'node:http';
import type { Snapshot } from '../contract/panel.ts';
import { commonHeaders } from './answer.ts';
import type { ServedDesk } from './serve-panel.ts';

const MOST_PAGES = 8;
/** So that a page that has vanished without a word is noticed. */
const HEARTBEAT_MS = 15_000;

export class SnapshotStreams {
  readonly #desk: ServedDesk;
  readonly #onCount: () => void;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #pages = new Set<ServerResponse>();
  /** Pages that did not get a snapshot, because they had not taken the one before. */
  readonly #behind = new WeakSet<ServerResponse>();

  /** `onCount` is called whenever a page has come or gone. */
  constructor(desk: ServedDesk, onCount: () => void) {
    this.#desk = desk;
    this.#onCount = onCount;
    this.#unsubscribe = desk.onSnapshot((snapshot) => {
      for (const page of this.#pages) {
        if (page.writableNeedDrain) this.#behind.add(page);
        else send(page, snapshot);
      }
    });
    this.#heartbeat = setInterval(() => {
      for (const page of this.#pages) if (!page.writableNeedDrain) page.write(':\n\n');
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get count(): number {
    return this.#pages.size;
  }

  /** False when there are too many already. */
  add(response: ServerResponse): boolean {
    if (this.#pages.size >= MOST_PAGES) return false;
    response.writeHead(200, commonHeaders('events'));
    this.#pages.add(response);
    response.on('close', () => {
      this.#pages.delete(response);
      this.#onCount();
    });
    // A slow page misses what came meanwhile and gets the newest as soon as it can take it.
    response.on('drain', () => {
      if (this.#behind.delete(response)) send(response, this.#desk.snapshot);
    });
    send(response, this.#desk.snapshot);
    this.#onCount();
    return true;
  }

  close(): void {
    this.#unsubscribe();
    clearInterval(this.#heartbeat);
    for (const page of this.#pages) page.end();
  }
}

function send(page: ServerResponse, snapshot: Snapshot): void {
  page.write(`data: ${JSON.stringify(snapshot)}\n\n`);
}
