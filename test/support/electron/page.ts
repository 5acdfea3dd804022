/** A real Chromium page behind a window of the stand-in: preload, IPC, the app's own scheme, navigation. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Frame, Page, Route } from 'playwright-core';
import { ISOLATED_WORLD, isolatedWorldScript, mainWorldScript } from './page-bridge.ts';
import { answerFromScheme, asSeenByApp, asSeenByPage } from './scheme.ts';
import { changed, world } from './world.ts';

export interface PageEvents {
  /** A navigation the page itself wants; the answer is whether it may. */
  mayNavigate(url: string, frame: Frame): boolean;
  mayOpen(url: string): boolean;
  ipc(message: IpcFromPage, frame: Frame): void;
}

export interface IpcFromPage {
  readonly kind: 'send' | 'invoke';
  readonly call?: number;
  readonly channel: string;
  readonly args: unknown[];
}

let browser: Promise<Browser> | null = null;

/** The test has started Chromium; both sides look at the same pages. */
function sharedBrowser(): Promise<Browser> {
  // Loaded when the first window opens: it is large, and not every start gets that far.
  browser ??= import('playwright-core').then(({ chromium }) =>
    chromium.connectOverCDP(process.env['STAND_IN_CHROMIUM'] ?? ''),
  );
  return browser;
}

export class StandInPage {
  readonly page: Page;
  readonly #session: CDPSession;
  readonly #names = {
    event: `event-${randomBytes(8).toString('hex')}`,
    binding: `binding_${randomBytes(8).toString('hex')}`,
  };
  #isolatedContext: number | null = null;
  /** True while an address is being loaded by the app itself. */
  #loading = false;

  static async open(
    size: { width: number; height: number },
    preload: string | undefined,
    events: PageEvents,
  ): Promise<StandInPage> {
    const [context] = (await sharedBrowser()).contexts();
    if (!context) throw new Error('Chromium has no default context');
    const page = await context.newPage();
    await page.setViewportSize(size);
    const opened = new StandInPage(page, await context.newCDPSession(page));
    await opened.#prepare(preload, events);
    return opened;
  }

  constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
  }

  async load(url: string): Promise<void> {
    this.#loading = true;
    try {
      await this.page.goto(asSeenByPage(url));
    } finally {
      this.#loading = false;
    }
  }

  /** The same address again, whatever is behind its "#". */
  async reload(): Promise<void> {
    this.#loading = true;
    try {
      await this.page.reload();
    } finally {
      this.#loading = false;
    }
  }

  /** Runs in the preload script's world; silently nothing while the page has none. */
  deliver(message: object): void {
    if (this.#isolatedContext === null) return;
    const expression = `${this.#names.binding}_deliver(${JSON.stringify(JSON.stringify(message))})`;
    this.#session
      .send('Runtime.evaluate', { expression, contextId: this.#isolatedContext })
      .catch(() => {
        // The page has gone in the meantime, as a message to a closed window does.
      });
  }

  async #prepare(preload: string | undefined, events: PageEvents): Promise<void> {
    const { page } = this;
    const session = this.#session;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const data = context.auxData as { frameId?: string } | undefined;
      if (context.name === ISOLATED_WORLD && data?.frameId === mainFrameId) {
        this.#isolatedContext = context.id;
      }
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== this.#names.binding || executionContextId !== this.#isolatedContext) return;
      events.ipc(JSON.parse(payload) as IpcFromPage, page.mainFrame());
    });
    const { frameTree } = await session.send('Page.getFrameTree');
    const mainFrameId = frameTree.frame.id;
    await session.send('Runtime.enable');
    await session.send('Page.enable');
    await session.send('Runtime.addBinding', {
      name: this.#names.binding,
      executionContextName: ISOLATED_WORLD,
    });
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: mainWorldScript(this.#names),
    });
    if (preload !== undefined) {
      await session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: isolatedWorldScript(this.#names, readFileSync(preload, 'utf8')),
        worldName: ISOLATED_WORLD,
      });
    }
    await page.route('**/*', (route) => this.#answer(route, events));
    page.on('popup', (popup) => {
      const url = asSeenByApp(popup.url());
      if (!events.mayOpen(url)) {
        world.deniedWindows.push(url);
        void popup.close().then(changed);
      }
    });
  }

  async #answer(route: Route, events: PageEvents): Promise<void> {
    const request = route.request();
    const url = asSeenByApp(request.url());
    if (
      request.isNavigationRequest() &&
      !this.#loading &&
      !events.mayNavigate(url, request.frame())
    ) {
      world.preventedNavigations.push(url);
      changed();
      return await route.abort('aborted');
    }
    const response = await answerFromScheme(request.method(), url);
    if (!response) {
      world.strayRequests.push(url);
      changed();
      return await route.abort('internetdisconnected');
    }
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }
}
