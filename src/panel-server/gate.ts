/**
 * Who may come in. A one-time token travels in a file only its owner can read, is exchanged by POST for a cookie, and is
 * worthless afterwards.
 *
 * - Host must be the address we listen on: a page of a name that was rebound to 127.0.0.1 sends its own name.
 * - Origin, where the browser sends it, must be ours; commands must carry it.
 * - The cookie is HttpOnly and SameSite=Strict. Cookies do not know ports, so another server on this computer would be
 *   sent it too: it is bound to a path nobody else can name.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const TOKEN_LIFE_MS = 5 * 60_000;
const MOST_TOKENS = 8;
const MOST_SESSIONS = 32;
const COOKIE = 'pikeep';

export class Gate {
  readonly origin: string;
  /** The folder everything but the entrance lies in: "/SECRET/". */
  readonly base: string;
  readonly #host: string;
  #tokens: { readonly digest: Buffer; readonly expiresAt: number }[] = [];
  #sessions: Buffer[] = [];

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
    this.origin = `http://${this.#host}`;
    this.base = `/${secret(16)}/`;
  }

  get enterUrl(): string {
    return `${this.origin}/enter`;
  }

  issueToken(): string {
    const token = secret(32);
    const expiresAt = performance.now() + TOKEN_LIFE_MS;
    this.#tokens = [...this.#tokens, { digest: digest(token), expiresAt }].slice(-MOST_TOKENS);
    return token;
  }

  /** The value of `Set-Cookie` for a good token, which is used up by that; null for any other. */
  exchange(token: string): string | null {
    const given = digest(token);
    const valid = this.#tokens.filter(({ expiresAt }) => expiresAt > performance.now());
    const found = valid.find((one) => timingSafeEqual(one.digest, given));
    this.#tokens = valid.filter((one) => one !== found);
    if (!found) return null;
    const session = secret(32);
    this.#sessions = [...this.#sessions, digest(session)].slice(-MOST_SESSIONS);
    return `${COOKIE}=${session}; Path=${this.base}; HttpOnly; SameSite=Strict`;
  }

  isOurHost(request: IncomingMessage): boolean {
    return request.headers.host === this.#host;
  }

  /** Whether the request names our own page as its origin; `missing` says what to make of none. */
  isOurOrigin(request: IncomingMessage, missing: boolean): boolean {
    const { origin } = request.headers;
    return origin === undefined ? missing : origin === this.origin;
  }

  /** The redirect file is a local file, and browsers call the origin of one "null". */
  mayEnterFrom(request: IncomingMessage): boolean {
    return request.headers.origin === 'null' || this.isOurOrigin(request, true);
  }

  hasSession(request: IncomingMessage): boolean {
    return cookies(request).some((value) => {
      const given = digest(value);
      return this.#sessions.some((session) => timingSafeEqual(session, given));
    });
  }
}

function cookies(request: IncomingMessage): readonly string[] {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs
    .filter((pair) => pair.startsWith(`${COOKIE}=`))
    .map((pair) => pair.slice(COOKIE.length + 1));
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Of equal length for any text, so that two can be compared in constant time; and no secret is kept. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
