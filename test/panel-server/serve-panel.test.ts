import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servePanel } from '../../src/panel-server/serve-panel.ts';
import { copying, jobOn, nothing, octopi } from '../panel/samples.ts';
import { dismiss, form, Visitor } from './visitor.ts';

describe('the panel for a browser', () => {
  let visitor: Visitor;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });

  afterEach(() => visitor.leave());

  it('listens on 127.0.0.1 alone', async () => {
    const elsewhere = new Promise((resolve, reject) => {
      const { port } = visitor;
      const socket = connect({ host: '127.0.0.2', port }, () => resolve('connected'));
      socket.on('error', reject);
    });
    await expect(elsewhere).rejects.toThrow('ECONNREFUSED');
  });

  it('lets in who holds the redirect file, and carries out a command', async () => {
    const { base, cookie } = await visitor.enter();
    const page = await visitor.ask('GET', base, { Cookie: cookie });
    expect([page.status, page.body]).toEqual([200, '<!doctype html><title>PiKeep</title>']);
    const script = await visitor.ask('GET', `${base}assets/main.js`, { Cookie: cookie });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    const reply = await visitor.ask('POST', `${base}command`, visitor.ours(cookie), dismiss);
    expect([reply.status, reply.body]).toEqual([200, '{"ok":true}']);
    expect(visitor.desk.commands).toEqual([{ command: 'dismiss', job: 'job-1' }]);
  });

  it('keeps the secret in a file only its owner can read, and removes it once it is used', async () => {
    const file = visitor.opened[0] ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(visitor.server.url).toBe(`http://127.0.0.1:${visitor.port}/`);
    await visitor.enter();
    await expect.poll(() => readdir(visitor.folder)).toEqual(['page', 'secret.txt']);
  });

  it('gives a cookie that no script, no other site and no other path gets', async () => {
    const reply = await visitor.ask('POST', '/enter', form, `token=${await visitor.token()}`);
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^pikeep=[0-9a-f]{64}; Path=\/[0-9a-f]{32}\/; HttpOnly; SameSite=Strict$/,
      ),
    ]);
  });

  it('sends its security headers with every answer', async () => {
    const { base, cookie } = await visitor.enter();
    const answers = [
      await visitor.ask('GET', base, { Cookie: cookie }),
      await visitor.ask('GET', '/'),
      await visitor.ask('POST', `${base}command`, visitor.ours(cookie), dismiss),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; style-src 'self';.* frame-ancestors 'none'$/,
        ),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  /** Reads server-sent events until `count` have come; `then` runs after the first. */
  async function revisions(count: number, then: () => void): Promise<number[]> {
    const { base, cookie } = await visitor.enter();
    const address = `http://127.0.0.1:${visitor.port}${base}snapshots`;
    const stream = await fetch(address, { headers: { Cookie: cookie } });
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let text = '';
    let found: number[] = [];
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (text === '') then();
      text += chunk;
      found = [...text.matchAll(/data: \{"revision":(\d+)/g)].map((match) => Number(match[1]));
      if (found.length >= count) break;
    }
    return found;
  }

  it('streams the present snapshot and then every new one', async () => {
    const seen = await revisions(3, () => {
      visitor.desk.show({ ...nothing, disks: [octopi] });
      visitor.desk.show(nothing);
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('spares a page that does not keep up, and gives it the newest snapshot when it can take it', async () => {
    const { base, cookie } = await visitor.enter();
    const socket = connect({ host: '127.0.0.1', port: visitor.port });
    const host = `Host: 127.0.0.1:${visitor.port}`;
    socket.write(`GET ${base}snapshots HTTP/1.1\r\n${host}\r\nCookie: ${cookie}\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    const large = { ...nothing, library: '/'.padEnd(8000, 'x') };
    const count = 5000;
    for (let sent = 0; sent < count; sent++) {
      visitor.desk.show(large);
      // Lets what was written go out, as it would in real life.
      if (sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    let received = 0;
    let tail = '';
    socket.on('data', (chunk) => {
      received += chunk.byteLength;
      tail = (tail + chunk.toString('latin1')).slice(-20_000);
    });
    socket.resume();
    await expect.poll(() => tail, { timeout: 20_000 }).toContain(`{"revision":${count + 1},`);
    expect(received).toBeLessThan((count * 8000) / 2);
    socket.destroy();
  });

  it('sends a snapshot once, however large it is', async () => {
    visitor.desk.show({ ...nothing, library: '/'.padEnd(200_000, 'x') });
    const { base, cookie } = await visitor.enter();
    const address = `http://127.0.0.1:${visitor.port}${base}snapshots`;
    const stream = await fetch(address, { headers: { Cookie: cookie } });
    let text = '';
    const events = (): number[] =>
      [...text.matchAll(/data: \{"revision":(\d+)/g)].map(([, number]) => Number(number));
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const isFirst = !text.includes('\n\n');
      text += chunk;
      // By the time a few requests are answered, whatever else would come has begun to.
      if (isFirst && text.includes('\n\n')) {
        for (let asked = 0; asked < 5; asked++) await visitor.ask('GET', base, { Cookie: cookie });
        visitor.desk.show(nothing);
      }
      if (events().includes(3)) break;
    }
    expect(events()).toEqual([2, 3]);
  });

  it('opens again with a fresh token, and an old page stays let in', async () => {
    const first = await visitor.enter();
    await visitor.server.open();
    expect(visitor.opened).toHaveLength(2);
    const second = await visitor.enter();
    expect(second.cookie).not.toBe(first.cookie);
    const old = await visitor.ask('GET', first.base, { Cookie: first.cookie });
    expect(old.status).toBe(200);
  });

  it('leaves no file and no listener behind when it closes', async () => {
    await visitor.server.close();
    await visitor.server.close();
    await visitor.server.closed;
    expect(await readdir(visitor.folder)).toEqual(['page', 'secret.txt']);
    expect(visitor.desk.listeners).toBe(0);
    await expect(visitor.ask('GET', '/')).rejects.toThrow('ECONNREFUSED');
  });

  it('closes by itself when no page is open any more, but not while a job runs', async () => {
    visitor.desk.show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, copying)] });
    const { looks } = visitor.desk;
    const idle = await servePanel(visitor.desk, {
      assets: join(visitor.folder, 'page'),
      redirectFolder: visitor.folder,
      openBrowser: () => Promise.resolve(),
      idleMs: 10,
    });
    await expect.poll(() => visitor.desk.looks).toBeGreaterThan(looks + 2);
    expect((await fetch(idle.url)).status).toBe(403);
    visitor.desk.show(nothing);
    await idle.closed;
  });

  it('says so when the page has not been built', async () => {
    const options = {
      assets: join(visitor.folder, 'nowhere'),
      openBrowser: () => Promise.resolve(),
    };
    await expect(servePanel(visitor.desk, options)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('closes again when no browser can be opened', async () => {
    const before = await readdir(visitor.folder);
    const options = {
      assets: join(visitor.folder, 'page'),
      redirectFolder: visitor.folder,
      openBrowser: () => Promise.reject(new Error('no browser')),
    };
    await expect(servePanel(visitor.desk, options)).rejects.toThrow('no browser');
    expect(await readdir(visitor.folder)).toEqual(before);
    expect(visitor.desk.listeners).toBe(1);
  });
});
