import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../src/contract/panel.ts';
import { dismiss, form, Visitor } from './visitor.ts';

describe('the panel server turns away', () => {
  let visitor: Visitor;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });

  afterEach(() => visitor.leave());

  it('a token that was used before', async () => {
    const body = `token=${await visitor.token()}`;
    expect((await visitor.ask('POST', '/enter', form, body)).status).toBe(200);
    const again = await visitor.ask('POST', '/enter', form, body);
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it.each(['', 'token=', `token=${'0'.repeat(64)}`, 'token=x&token=y', 'other=1'])(
    'a wrong token: %j',
    async (body) => {
      const reply = await visitor.ask('POST', '/enter', form, body);
      expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined]);
    },
  );

  it('a page of another site that knows the token, and anybody who brings it by GET', async () => {
    const token = await visitor.token();
    expect((await visitor.ask('GET', `/enter?token=${token}`)).status).toBe(403);
    expect((await visitor.ask('GET', '/enter')).status).toBe(405);
    const foreign = { ...form, Origin: 'https://example.com' };
    expect((await visitor.ask('POST', '/enter', foreign, `token=${token}`)).status).toBe(403);
    expect((await visitor.ask('POST', '/enter', form, `token=${token}`)).status).toBe(200);
  });

  it('everybody without a cookie, or with a wrong one', async () => {
    const { base, cookie } = await visitor.enter();
    const value = cookie.slice('pikeep='.length);
    const wrong = ['', 'pikeep=', `pikeep=${'0'.repeat(64)}`, `other=${value}`, `${cookie}0`];
    for (const Cookie of wrong) {
      for (const name of ['', 'assets/main.js', 'snapshots']) {
        expect((await visitor.ask('GET', `${base}${name}`, { Cookie })).status).toBe(403);
      }
      const headers = visitor.ours(Cookie);
      expect((await visitor.ask('POST', `${base}command`, headers, dismiss)).status).toBe(403);
    }
    expect((await visitor.ask('GET', '/')).status).toBe(403);
    expect(visitor.desk.commands).toEqual([]);
  });

  it('a name that was rebound to this address', async () => {
    const { base, cookie } = await visitor.enter();
    const { port } = visitor;
    const names = ['example.com', `example.com:${port}`, `localhost:${port}`];
    for (const Host of [...names, `127.0.0.1:${port + 1}`, '127.0.0.1', `127.0.0.1:${port}.`]) {
      expect((await visitor.ask('GET', base, { Cookie: cookie, Host })).status).toBe(403);
      const headers = { ...visitor.ours(cookie), Host };
      expect((await visitor.ask('POST', `${base}command`, headers, dismiss)).status).toBe(403);
      const body = `token=${await visitor.server.open().then(() => visitor.token())}`;
      expect((await visitor.ask('POST', '/enter', { ...form, Host }, body)).status).toBe(403);
    }
    expect(visitor.desk.commands).toEqual([]);
  });

  it('commands of foreign pages, and of pages that do not say who they are', async () => {
    const { base, cookie } = await visitor.enter();
    const { Origin: own, ...silent } = visitor.ours(cookie);
    expect((await visitor.ask('POST', `${base}command`, silent, dismiss)).status).toBe(403);
    const { port } = visitor;
    const near = [
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `${own}.example.com`,
    ];
    for (const Origin of ['null', 'https://example.com', `http://localhost:${port}`, ...near]) {
      const headers = { ...silent, Origin };
      expect((await visitor.ask('POST', `${base}command`, headers, dismiss)).status).toBe(403);
      expect((await visitor.ask('GET', `${base}snapshots`, headers)).status).toBe(403);
    }
    expect(visitor.desk.commands).toEqual([]);
  });

  it('every other site, even when it asks beforehand', async () => {
    const { base, cookie } = await visitor.enter();
    const preflight = await visitor.ask('OPTIONS', `${base}command`, {
      Origin: 'https://example.com',
      'Access-Control-Request-Method': 'POST',
    });
    expect(preflight.status).toBe(403);
    for (const { headers } of [preflight, await visitor.ask('GET', base, { Cookie: cookie })]) {
      const shared = Object.keys(headers).filter((name) => name.startsWith('access-control'));
      expect(shared).toEqual([]);
    }
  });

  it('changes by GET, and forms in place of commands', async () => {
    const { base, cookie } = await visitor.enter();
    const ours = visitor.ours(cookie);
    const query = `${base}command?command=dismiss&job=job-1`;
    expect((await visitor.ask('GET', query, ours)).status).toBe(404);
    expect((await visitor.ask('GET', `${base}command`, ours)).status).toBe(405);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      '',
    ]) {
      const headers = { ...ours, 'Content-Type': type };
      expect((await visitor.ask('POST', `${base}command`, headers, dismiss)).status).toBe(415);
    }
    expect((await visitor.ask('PUT', base, ours)).status).toBe(405);
    expect(visitor.desk.commands).toEqual([]);
  });

  it('bodies that are too large, announced or not', async () => {
    const { base, cookie } = await visitor.enter();
    const ours = visitor.ours(cookie);
    const large = JSON.stringify({ command: 'dismiss', job: 'x'.repeat(MAX_MESSAGE_BYTES) });
    expect((await visitor.ask('POST', `${base}command`, ours, large)).status).toBe(413);
    const reply = await visitor.askUnannounced(`${base}command`, ours, large);
    expect(reply).toMatch(/^HTTP\/1\.1 413 /);
    const form413 = await visitor.ask('POST', '/enter', form, `token=${'x'.repeat(2000)}`);
    expect(form413.status).toBe(413);
    expect(visitor.desk.commands).toEqual([]);
  });

  it.each(['{', '', 'null garbage', '\u0000', '{"command":'])(
    'what is not JSON: %j',
    async (body) => {
      const { base, cookie } = await visitor.enter();
      const reply = await visitor.ask('POST', `${base}command`, visitor.ours(cookie), body);
      expect(reply.status).toBe(400);
      expect(visitor.desk.commands).toEqual([]);
    },
  );

  it('requests for anything but the page', async () => {
    const { base, cookie } = await visitor.enter();
    const up = ['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', 'assets/../../secret.txt'];
    const odd = ['..\\secret.txt', '.sources', 'assets', 'assets/', 'index.html/..', '?', '%00'];
    for (const name of [...up, ...odd, '/etc/passwd', '__proto__', 'constructor']) {
      const reply = await visitor.ask('GET', `${base}${name}`, { Cookie: cookie });
      expect([name, reply.status]).toEqual([name, 404]);
    }
  });
});
