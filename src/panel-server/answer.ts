/** Answers, with the headers that each of them carries. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { pagePolicy } from '../contract/page-policy.ts';

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  text: 'text/plain; charset=utf-8',
  events: 'text/event-stream; charset=utf-8',
} as const;
export type AnswerType = keyof typeof types;

export interface Answer {
  readonly status: number;
  readonly type: AnswerType;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** True when it let somebody in with a one-time token. */
  readonly entered?: boolean;
}

export function commonHeaders(type: AnswerType): Record<string, string> {
  return {
    'Content-Type': types[type],
    'Content-Security-Policy': pagePolicy(true),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=()',
    'Cache-Control': 'no-store',
  };
}

export function answer(request: IncomingMessage, response: ServerResponse, result: Answer): void {
  response.writeHead(result.status, {
    ...commonHeaders(result.type),
    'Content-Length': Buffer.byteLength(result.body),
    // A body that was refused unread must not be taken for the next request.
    ...(request.complete ? {} : { Connection: 'close' }),
    ...result.headers,
  });
  response.end(result.body);
}

export function refusal(status: number, words: string): Answer {
  return { status, type: 'text', body: `${words}\n` };
}
