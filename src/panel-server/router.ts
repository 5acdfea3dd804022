/** Which request gets which answer. Every check comes before any work. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answered, MAX_MESSAGE_BYTES, type Reply } from '../contract/panel.ts';
import { type Answer, refusal } from './answer.ts';
import { readBody } from './body.ts';
import type { Gate } from './gate.ts';
import type { ServedDesk } from './serve-panel.ts';
import type { SnapshotStreams } from './snapshot-streams.ts';

export interface RouterParts {
  readonly gate: Gate;
  readonly assets: ReadonlyMap<string, Answer>;
  readonly desk: ServedDesk;
  readonly streams: SnapshotStreams;
}

const MAX_ENTER_BYTES = 1024;

export class Router {
  readonly #parts: RouterParts;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  async route(request: IncomingMessage, response: ServerResponse): Promise<Answer | 'streaming'> {
    const { gate } = this.#parts;
    if (!gate.isOurHost(request)) return refusal(403, 'Refused: not our address.');
    const path = request.url ?? '';
    if (path === '/enter') return this.#enter(request);
    if (!gate.isOurOrigin(request, request.method === 'GET')) {
      return refusal(403, 'Refused: not our page.');
    }
    if (!path.startsWith(gate.base) || !gate.hasSession(request)) {
      return refusal(403, 'Refused. Open the panel from PiKeep.');
    }
    return this.#inside(path.slice(gate.base.length), request, response);
  }

  async #enter(request: IncomingMessage): Promise<Answer> {
    const { gate } = this.#parts;
    if (request.method !== 'POST') return notAllowed('POST');
    if (!gate.mayEnterFrom(request)) return refusal(403, 'Refused: not our page.');
    if (mediaType(request) !== 'application/x-www-form-urlencoded') return unsupported();
    const body = await readBody(request, MAX_ENTER_BYTES);
    if (body === null) return refusal(413, 'Too large.');
    const cookie = gate.exchange(new URLSearchParams(body).get('token') ?? '');
    if (cookie === null) {
      return refusal(
        403,
        'This way in was used before or is too old. Open the panel from PiKeep again.',
      );
    }
    // A redirect would still count as coming from the local file, and a SameSite=Strict cookie would stay behind.
    const meta = `<meta http-equiv="refresh" content="0; url=${gate.base}">`;
    return {
      status: 200,
      type: 'html',
      body: `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">${meta}<title>PiKeep</title></html>\n`,
      headers: { 'Set-Cookie': cookie },
      entered: true,
    };
  }

  async #inside(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Answer | 'streaming'> {
    if (name === 'command') {
      return this.#answer(request, (message) => this.#parts.desk.handle(message));
    }
    if (name === 'ask') {
      const gone = new AbortController();
      // The page has turned to something else, or is closed.
      response.once('close', () => gone.abort());
      return this.#answer(request, (message) => this.#parts.desk.ask(message, gone.signal));
    }
    if (request.method !== 'GET') return notAllowed('GET');
    if (name === 'snapshots') {
      return this.#parts.streams.add(response) ? 'streaming' : refusal(503, 'Too many open pages.');
    }
    return this.#parts.assets.get(name) ?? refusal(404, 'Not here.');
  }

  async #answer(
    request: IncomingMessage,
    handle: (message: unknown) => Promise<Reply | Answered>,
  ): Promise<Answer> {
    if (request.method !== 'POST') return notAllowed('POST');
    if (mediaType(request) !== 'application/json') return unsupported();
    const body = await readBody(request, MAX_MESSAGE_BYTES);
    if (body === null) return refusal(413, 'Too large.');
    let message: unknown;
    try {
      message = JSON.parse(body);
    } catch {
      return refusal(400, 'Not JSON.');
    }
    const reply = await handle(message);
    return { status: 200, type: 'json', body: JSON.stringify(reply) };
  }
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function notAllowed(allowed: string): Answer {
  return { ...refusal(405, 'Not this way.'), headers: { Allow: allowed } };
}

function unsupported(): Answer {
  return refusal(415, 'Not this type of message.');
}
