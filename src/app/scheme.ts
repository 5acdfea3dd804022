/**
 * The page's own scheme: files of one folder, read-only, under pikeep://panel/. Unlike file:// it has an origin, so that
 * a content security policy and the sender check mean something, and it reaches no other file.
 */

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Protocol } from 'electron';
import { pagePolicy } from '../contract/page-policy.ts';
import { errnoOf } from '../engine/errors.ts';

const SCHEME = 'pikeep';
export const panelOrigin = `${SCHEME}://panel`;
export const panelUrl = `${panelOrigin}/index.html`;

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Must run before the app is ready (electron.d.ts, registerSchemesAsPrivileged). */
export function registerPanelScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true } },
  ]);
}

/** Serves the built page from `folder`; to be called once the app is ready. */
export function servePanel(protocol: Pick<Protocol, 'handle'>, folder: string): void {
  protocol.handle(SCHEME, (request) => answerPanelRequest(folder, request.method, request.url));
}

/** Answers GET for plain file names below `folder` and refuses everything else. */
export async function answerPanelRequest(
  folder: string,
  method: string,
  url: string,
): Promise<Response> {
  if (method !== 'GET') return refusal(405);
  const name = fileName(url);
  const mediaType = name === null ? undefined : mediaTypes[extname(name)];
  if (name === null || mediaType === undefined) return refusal(404);
  try {
    const content = new Uint8Array(await readFile(join(folder, name)));
    return new Response(content, { headers: headers(mediaType) });
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return refusal(404);
  }
}

/** The file's path below the folder, or null for a foreign address or anything but plain names. */
function fileName(address: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== `${SCHEME}:` || url.host !== 'panel') return null;
  const path = url.pathname === '/' ? '/index.html' : url.pathname;
  // Names of our own build only: nothing to decode, no dot segment, no separator in disguise.
  return /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path) ? path : null;
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain') });
}

function headers(mediaType: string): Record<string, string> {
  return {
    'content-type': mediaType,
    'content-security-policy': pagePolicy(false),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}
