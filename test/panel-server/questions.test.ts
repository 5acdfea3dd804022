import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../src/contract/panel.ts';
import { patience } from '../support/patience.ts';
import { Visitor } from './visitor.ts';

const question = JSON.stringify({
  page: 'a',
  query: { ask: 'loose', search: '', offset: 0, limit: 1 },
});

describe('questions over the panel server', () => {
  let visitor: Visitor;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });
  afterEach(() => visitor.leave());

  it('are answered as the desk answers them', async () => {
    const { base, cookie } = await visitor.enter();
    const answered = { ok: true, answer: { ask: 'loose', images: [], total: 0 } } as const;
    const asked: unknown[] = [];
    visitor.desk.ask = (message: unknown) => {
      asked.push(message);
      return Promise.resolve({ ok: true, answer: { ask: 'loose', images: [], total: 0 } });
    };
    const reply = await visitor.ask('POST', `${base}ask`, visitor.ours(cookie), question);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([200, answered]);
    expect(asked).toEqual([JSON.parse(question)]);
  });

  it('are refused without a cookie, from elsewhere, by GET, as a form, and when they are too large', async () => {
    const { base, cookie } = await visitor.enter();
    const ours = visitor.ours(cookie);
    const from = (change: Record<string, string>, body = question, method = 'POST') =>
      visitor.ask(method, `${base}ask`, { ...ours, ...change }, body).then(({ status }) => status);
    expect(await from({ Cookie: '' })).toBe(403);
    expect(await from({ Origin: 'https://example.com' })).toBe(403);
    expect(await from({ Host: 'example.com' })).toBe(403);
    expect(await from({}, '', 'GET')).toBe(405);
    expect(await from({ 'Content-Type': 'text/plain' })).toBe(415);
    expect(await from({}, 'x'.repeat(MAX_MESSAGE_BYTES + 1))).toBe(413);
    expect(await from({}, '{')).toBe(400);
    expect(visitor.desk.questions).toEqual([]);
  });

  it('end when the page goes away', async () => {
    const { base, cookie } = await visitor.enter();
    let heard: AbortSignal | null = null;
    visitor.desk.ask = (_message: unknown, signal?: AbortSignal) => {
      heard = signal ?? null;
      return new Promise(() => undefined);
    };
    const sent = request({
      host: '127.0.0.1',
      port: visitor.port,
      method: 'POST',
      path: `${base}ask`,
      headers: { ...visitor.ours(cookie), 'Content-Length': `${question.length}` },
    });
    sent.on('error', () => undefined);
    sent.end(question);
    await vi.waitFor(() => expect(heard).toMatchObject({ aborted: false }), patience);
    sent.destroy();
    await vi.waitFor(() => expect(heard).toMatchObject({ aborted: true }), patience);
  });
});
