/**
 * `protocol`: schemes of the app's own. Chromium without Electron knows no such schemes, so inside the page an address
 * scheme://host/path is https://host.scheme.stand-in.invalid/path (both are standard and secure, with an origin per
 * host); the app only ever sees its own form. RFC 6761 keeps "invalid" from ever being a real host.
 */

import type Electron from 'electron';
import { app } from './app.ts';
import { strict } from './strict.ts';

type Handler = (request: Request) => Response | Promise<Response>;
const privileged = new Set<string>();
const handlers = new Map<string, Handler>();
const SUFFIX = '.stand-in.invalid';

export const protocol = strict('protocol', {
  /** "can only be used before the ready event of the app module gets emitted and can be called only once." */
  registerSchemesAsPrivileged(schemes) {
    if (app.isReady()) throw new Error('the app is ready already');
    if (privileged.size > 0) throw new Error('called twice');
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure)
        throw new Error('only standard, secure schemes');
      privileged.add(scheme);
    }
  },
  handle(scheme, handler) {
    if (!app.isReady()) throw new Error('the app is not ready');
    if (handlers.has(scheme)) throw new Error(`${scheme} is handled already`);
    handlers.set(scheme, handler as Handler);
  },
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>);

/** Null for an address of no scheme of the app. */
export async function answerFromScheme(method: string, url: string): Promise<Response | null> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1));
  return handler ? await handler(new Request(url, { method })) : null;
}

export function asSeenByPage(url: string): string {
  const { protocol: scheme, host, pathname, search, hash } = new URL(url);
  const name = scheme.slice(0, -1);
  return privileged.has(name) ? `https://${host}.${name}${SUFFIX}${pathname}${search}${hash}` : url;
}

export function asSeenByApp(url: string): string {
  const match = URL.parse(url)?.hostname.match(/^(.+)\.([^.]+)\.stand-in\.invalid$/);
  const [, host, scheme] = match ?? [];
  if (host === undefined || scheme === undefined) return url;
  return url.replace(`https://${host}.${scheme}${SUFFIX}`, `${scheme}://${host}`);
}
