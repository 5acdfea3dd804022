/** A panel server over a small page, and a visitor that sends exactly what it is told, unlike a browser or `fetch`. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PanelServer, servePanel } from '../../src/panel-server/serve-panel.ts';
import { nothing } from '../panel/samples.ts';
import { SnapshotDesk } from '../panel/snapshot-desk.ts';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

/** As a browser posts the redirect file's form. */
export const form: Headers = {
  'Content-Type': 'application/x-www-form-urlencoded',
  Origin: 'null',
};

export const dismiss = JSON.stringify({ command: 'dismiss', job: 'job-1' });

export class Visitor {
  readonly desk: SnapshotDesk;
  /** The redirect files the browser was opened on. */
  readonly opened: readonly string[];
  readonly folder: string;
  readonly server: PanelServer;
  readonly port: number;

  static async arrive(): Promise<Visitor> {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-panel-server-'));
    await mkdir(join(folder, 'page', 'assets'), { recursive: true });
    await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>PiKeep</title>');
    await writeFile(join(folder, 'page', 'assets', 'main.js'), 'export {};');
    await writeFile(join(folder, 'page', '.sources'), 'not for the web');
    await writeFile(join(folder, 'secret.txt'), 'outside the page');
    const desk = new SnapshotDesk(nothing);
    const opened: string[] = [];
    const server = await servePanel(desk, {
      assets: join(folder, 'page'),
      redirectFolder: folder,
      openBrowser: async (file) => {
        opened.push(file);
      },
    });
    return new Visitor(folder, desk, opened, server);
  }

  private constructor(folder: string, desk: SnapshotDesk, opened: string[], server: PanelServer) {
    this.folder = folder;
    this.desk = desk;
    this.opened = opened;
    this.server = server;
    this.port = Number(new URL(server.url).port);
  }

  async leave(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  ask(method: string, path: string, headers: Headers = {}, body = ''): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const length = body === '' ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` };
      const sent = request({
        host: '127.0.0.1',
        port: this.port,
        method,
        path,
        headers: { ...length, ...headers },
      });
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** POST in chunks that nothing announced; resolves with the first bytes of the answer. */
  askUnannounced(path: string, headers: Headers, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.port });
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.setEncoding('latin1');
      socket.once('data', (text) => {
        resolve(`${text}`);
        socket.destroy();
      });
      socket.on('error', reject);
      socket.write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\n${lines.join('')}`);
      socket.write(`Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`);
      socket.write('0\r\n\r\n');
    });
  }

  async token(): Promise<string> {
    const page = await readFile(this.opened.at(-1) ?? '', 'utf8');
    return /name="token" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';
  }

  /** Goes in as the redirect file does. */
  async enter(): Promise<{ base: string; cookie: string }> {
    const reply = await this.ask('POST', '/enter', form, `token=${await this.token()}`);
    const cookie = /^pikeep=[0-9a-f]{64}/.exec(reply.headers['set-cookie']?.[0] ?? '')?.[0];
    const base = /url=(\/[0-9a-f]{32}\/)"/.exec(reply.body)?.[1];
    if (cookie === undefined || base === undefined) throw new Error(`not let in: ${reply.status}`);
    return { base, cookie };
  }

  /** The headers of our own page's commands. */
  ours(cookie: string): Record<string, string> {
    const Origin = `http://127.0.0.1:${this.port}`;
    return { Cookie: cookie, Origin, 'Content-Type': 'application/json' };
  }
}
