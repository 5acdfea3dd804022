/** A feed as packaging lays it out, on a real server: https with a certificate of its own, or plain http. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly location?: string;
}

export interface Feed {
  /** Without the slash at the end. */
  readonly address: string;
  /** The certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly certificate: string;
  /** Path, without what keeps caches away, and headers of each request. */
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Paths that were asked for. */
  readonly paths: readonly string[];
  /** What is answered from now on, by the name of the file; `list` stands for the list of the newest version. */
  readonly answers: Map<string, Answer>;
  /** Lays out a version as electron-builder writes it; `change` spoils the list. */
  publish(version: string, zip: string | Buffer, change?: (list: string) => string): void;
  close(): Promise<void>;
}

export const zipOf = (version: string): string => `PiKeep-${version}-${process.arch}.zip`;

export async function startFeed(kind: 'https' | 'http' = 'https'): Promise<Feed> {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-feed-server-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-keyout', key, '-out', certificate, ...subject],
    ],
    { stdio: 'pipe' },
  );
  const requests: Feed['requests'] = [];
  const answers = new Map<string, Answer>();
  const server: Server =
    kind === 'https'
      ? createServer({ key: readFileSync(key), cert: readFileSync(certificate) })
      : createHttpServer();
  server.on('request', (request, response) => {
    const path = (request.url ?? '').replace(/\?noCache=\w+$/, '');
    requests.push({ path, headers: request.headers });
    const name = path.replace(/^\/feed\//, '').replace(/^latest-\w+(-\w+)?\.yml$/, 'list');
    const { status, body = '', location } = answers.get(name) ?? { status: 404 };
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the server has no port');
  return {
    address: `${kind}://localhost:${at.port}/feed`,
    certificate,
    requests,
    get paths() {
      return requests.map(({ path }) => path);
    },
    answers,
    publish(version, zip, change = (list) => list) {
      const sha512 = createHash('sha512').update(zip).digest('base64');
      const size = Buffer.byteLength(zip);
      const name = zipOf(version);
      const list = [
        ...[`version: ${version}`, 'files:', `  - url: ${name}`, `    sha512: ${sha512}`],
        ...[`    size: ${size}`, `path: ${name}`, `sha512: ${sha512}`],
        "releaseDate: '2026-11-23T08:00:00.000Z'\n",
      ];
      answers.set('list', { status: 200, body: change(list.join('\n')) });
      answers.set(name, { status: 200, body: zip });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}
