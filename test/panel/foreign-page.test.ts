/** A real browser in which the panel is open, and beside it a page of somebody else who knows the panel's every address. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dismiss, Visitor } from '../panel-server/visitor.ts';
import { findTool, needsTools } from '../support/tools.ts';

const LIMIT = { timeout: 120_000 };

describe.skipIf(needsTools('chromium'))('a page of another site', LIMIT, () => {
  let visitor: Visitor;
  let browser: Browser;
  let evil: Server;
  let page: Page;
  /** Of the panel: where a command goes. */
  let command: string;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    evil = createServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
    );
    await new Promise<void>((done) => evil.listen({ host: '127.0.0.1', port: 0 }, done));
    browser = await chromium.launch({
      executablePath: findTool('chromium') ?? '',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--host-resolver-rules=MAP evil.example 127.0.0.1',
      ],
    });
    const context = await browser.newContext();
    const own = await context.newPage();
    await own.goto(`file://${visitor.opened[0]}`);
    await own.waitForURL(/\/[0-9a-f]{32}\/$/);
    command = `${own.url()}command`;
    // The same computer, and another port: as near as a foreign page can come.
    page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
  }, 120_000);

  afterEach(async () => {
    await browser.close();
    await new Promise((done) => evil.close(done));
    await visitor.leave();
  });

  it('cannot post a command as text, as JSON or as a form, nor by an address', async () => {
    const said = await page.evaluate(
      async ([target, body]) => {
        const told: string[] = [];
        const attempt = async (init: RequestInit): Promise<void> => {
          const result = await fetch(target, {
            method: 'POST',
            credentials: 'include',
            body,
            ...init,
          })
            .then((response) => `${response.type} ${response.status}`)
            .catch((error: unknown) => (error instanceof TypeError ? 'refused' : String(error)));
          told.push(result);
        };
        await attempt({ mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } });
        await attempt({ mode: 'cors', headers: { 'Content-Type': 'application/json' } });
        navigator.sendBeacon(target, new Blob([body], { type: 'text/plain' }));
        await new Promise((done) => {
          const picture = new Image();
          picture.onerror = done;
          picture.src = `${target}?command=dismiss&job=job-1`;
        });
        return told;
      },
      [command, dismiss] as const,
    );
    // Not even that it was answered can be seen (Cross-Origin-Resource-Policy).
    expect(said).toEqual(['refused', 'refused']);
    const frame = page.waitForResponse((response) => response.url() === command);
    await page.evaluate(
      ([target, body]) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: target, enctype: 'text/plain' });
        form.append(Object.assign(document.createElement('input'), { name: body, value: '' }));
        document.body.append(form);
        form.submit();
      },
      [command, dismiss] as const,
    );
    expect((await frame).status()).toBe(403);
    expect(visitor.desk.commands).toEqual([]);
  });

  it('cannot read the panel, nor hold it in a frame', async () => {
    const base = command.slice(0, -'command'.length);
    const read = await page.evaluate(async (target) => {
      const answers: string[] = [];
      for (const name of ['', 'snapshots', 'assets/main.js']) {
        answers.push(
          await fetch(target + name, { credentials: 'include' }).then(
            (response) => `read ${response.status}`,
            () => 'refused',
          ),
        );
      }
      const frame = document.createElement('iframe');
      const loaded = new Promise((done) => frame.addEventListener('load', done));
      frame.src = target;
      document.body.append(frame);
      await loaded;
      return answers;
    }, base);
    expect(read).toEqual(['refused', 'refused', 'refused']);
    const inside = page.frames().find((frame) => frame.parentFrame() === page.mainFrame());
    expect(await inside?.title()).not.toBe('PiKeep');
  });

  it('gains nothing by a name of its own for this address', async () => {
    const { port } = visitor;
    const answer = await page.goto(`http://evil.example:${port}/`);
    expect(answer?.status()).toBe(403);
    const path = new URL(command).pathname;
    const posted = await page.evaluate(
      async ([target, body]) => {
        const headers = { 'Content-Type': 'application/json' };
        return (await fetch(target, { method: 'POST', headers, body })).status;
      },
      [path, dismiss] as const,
    );
    expect(posted).toBe(403);
    expect(visitor.desk.commands).toEqual([]);
  });
});
