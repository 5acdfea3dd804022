/** `BrowserWindow` with its `webContents`, and `ipcMain`, over a real page. Behaviour as documented in electron.d.ts. */

import { EventEmitter } from 'node:events';
import type Electron from 'electron';
import type { Frame } from 'playwright-core';
import { app, makeEvent } from './app.ts';
import { type IpcFromPage, StandInPage } from './page.ts';
import { asSeenByApp } from './scheme.ts';
import { bound, strict, strictClass } from './strict.ts';
import { changed, onDeed, world } from './world.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;
const handlers = new Map<string, Handler>();

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler) {
    if (handlers.has(channel)) throw new Error(`a second handler for ${channel}`);
    handlers.set(channel, handler);
  }
}
export const ipcMain = bound('ipcMain', new IpcMain());

class WebContents extends EventEmitter {
  readonly #window: StandInWindow;
  #openHandler: ((details: { url: string }) => { action: 'allow' | 'deny' }) | null = null;
  readonly mainFrame: ReturnType<WebContents['frame']>;
  crashed = false;

  constructor(window: StandInWindow) {
    super();
    this.#window = window;
    this.mainFrame = this.frame(() => window.url, null);
  }
  frame(url: () => string, parent: object | null) {
    return strict('WebFrameMain', {
      get url() {
        return url();
      },
      parent,
    });
  }
  send(channel: string, ...args: unknown[]) {
    // Messages are copied, never shared (Electron docs, ipcRenderer: structured clone).
    this.#window.page?.deliver({ channel, args: structuredClone(args) });
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'allow' | 'deny' }) {
    this.#openHandler = handler;
  }
  isDestroyed() {
    return this.#window.isDestroyed();
  }
  isCrashed() {
    return this.crashed;
  }
  reload() {
    this.crashed = false;
    void this.#window.page?.reload();
  }
  /** "will-frame-navigate" for every frame, "will-navigate" for the main one; "Calling event.preventDefault() will prevent the navigation." */
  mayNavigate(url: string, isMainFrame: boolean): boolean {
    const frameEvent = makeEvent({ url, isMainFrame });
    this.emit('will-frame-navigate', frameEvent);
    const event = makeEvent({ url, isMainFrame });
    if (isMainFrame) this.emit('will-navigate', event, url);
    return !frameEvent.defaultPrevented && !event.defaultPrevented;
  }
  mayOpen(url: string): boolean {
    // "allow" is what happens without a handler.
    return this.#openHandler ? this.#openHandler({ url }).action === 'allow' : true;
  }
}

let windows = 0;
const open = new Set<StandInWindow>();

class StandInWindow extends EventEmitter {
  readonly webContents: WebContents;
  page: StandInPage | null = null;
  url = '';
  readonly #opening: Promise<StandInPage>;
  readonly #seen: (typeof world.windows)[number];
  #destroyed = false;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    const { x = 0, y = 0, width = 800, height = 600, show = true, webPreferences = {} } = options;
    const { sandbox, contextIsolation, nodeIntegration, webviewTag } = webPreferences;
    // The stand-in has no other kind of page than the locked one.
    if (!sandbox || !contextIsolation || nodeIntegration || webviewTag) {
      throw new Error('only sandboxed, isolated pages without Node are modelled');
    }
    windows += 1;
    const id = windows;
    this.#seen = {
      id,
      visible: show,
      alwaysOnTop: false,
      focused: show,
      url: '',
      position: [x, y],
      size: [width, height],
      minimized: false,
    };
    open.add(this);
    world.windows.push(this.#seen);
    this.webContents = bound('webContents', new WebContents(this));
    app.emit('web-contents-created', makeEvent({}), this.webContents);
    this.#opening = StandInPage.open({ width, height }, webPreferences.preload, {
      mayNavigate: (url, frame) => this.webContents.mayNavigate(url, frame.parentFrame() === null),
      mayOpen: (url) => this.webContents.mayOpen(url),
      ipc: (message, frame) => void this.#receive(message, frame),
    });
    app.on('stand-in-close-windows', () => this.destroy());
    onDeed('focus another app', () => {
      for (const one of open) one.blur();
    });
    onDeed('come back', () => this.#focus());
    onDeed('close window', () => this.#close());
    onDeed('minimize window', () => {
      this.#seen.minimized = true;
      this.blur();
    });
    onDeed('resize window', (bounds: Electron.Rectangle) => {
      this.#seen.position = [bounds.x, bounds.y];
      this.#seen.size = [bounds.width, bounds.height];
      this.emit('move');
      this.emit('resize');
      changed();
    });
    onDeed('forge command', (how: Forgery, message: unknown) => this.#forge(how, message));
    onDeed('crash page', () => {
      this.webContents.crashed = true;
      this.webContents.emit('render-process-gone', makeEvent({}), { reason: 'crashed' });
    });
    onDeed('reload page', () => this.webContents.reload());
    changed();
  }

  /** "resolves when the page has finished loading". Not a navigation of the page's own: no 'will-navigate'. */
  async loadURL(url: string, _options?: Electron.LoadURLOptions) {
    this.page = await this.#opening;
    this.url = url;
    await this.page.load(url);
    this.#seen.url = url;
    // "when the web page has been rendered (while not being shown)"; "usually emitted after the did-finish-load event".
    this.emit('ready-to-show');
    changed();
  }
  /** "Shows and gives focus to the window." */
  show() {
    this.#seen.visible = true;
    this.emit('show');
    this.#focus();
  }
  hide() {
    this.#seen.visible = false;
    this.#seen.focused = false;
    this.emit('hide');
    changed();
  }
  blur() {
    if (!this.#seen.visible || !this.#seen.focused) return;
    this.#seen.focused = false;
    this.emit('blur', makeEvent({}));
    changed();
  }
  #focus() {
    for (const one of open) if (one !== this) one.blur();
    this.#seen.focused = true;
    this.emit('focus', makeEvent({}));
    changed();
  }
  isVisible() {
    return this.#seen.visible;
  }
  setAlwaysOnTop(flag: boolean) {
    this.#seen.alwaysOnTop = flag;
    changed();
  }
  isAlwaysOnTop() {
    return this.#seen.alwaysOnTop;
  }
  setVisibleOnAllWorkspaces(_visible: boolean, _options?: Electron.VisibleOnAllWorkspacesOptions) {}
  setPosition(x: number, y: number) {
    if (!Number.isInteger(x) || !Number.isInteger(y)) throw new Error('not whole numbers');
    this.#seen.position = [x, y];
    changed();
  }
  getSize() {
    return [...this.#seen.size];
  }
  getBounds() {
    const [x, y] = this.#seen.position;
    const [width, height] = this.#seen.size;
    return { x, y, width, height };
  }
  /** "the normal size of the window": of one that is neither minimized nor maximized. */
  getNormalBounds() {
    return this.getBounds();
  }
  isMinimized() {
    return this.#seen.minimized;
  }
  restore() {
    this.#seen.minimized = false;
    changed();
  }
  /** The user closes it: 'close', which can be prevented, then 'closed'. */
  #close() {
    const event = makeEvent({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  isDestroyed() {
    return this.#destroyed;
  }
  /** "Force closing the window ... the closed event is guaranteed". */
  destroy() {
    if (this.#destroyed) return;
    this.#destroyed = true;
    open.delete(this);
    world.windows.splice(world.windows.indexOf(this.#seen), 1);
    void this.page?.page.close();
    this.emit('closed');
    changed();
  }

  async #receive(message: IpcFromPage, frame: Frame) {
    const isMain = frame.parentFrame() === null;
    const senderFrame = isMain
      ? this.webContents.mainFrame
      : this.webContents.frame(() => asSeenByApp(frame.url()), this.webContents.mainFrame);
    await this.#dispatch(message, senderFrame);
  }

  async #dispatch(message: IpcFromPage, senderFrame: object | null): Promise<unknown> {
    const event = strict('IpcMainEvent', { sender: this.webContents, senderFrame });
    if (message.kind === 'send') return ipcMain.emit(message.channel, event, ...message.args);
    const { call, channel } = message;
    try {
      const handler = handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      const result: unknown = await handler(event, ...structuredClone(message.args));
      this.page?.deliver({ call, result: structuredClone(result) });
      return result;
    } catch (error) {
      this.page?.deliver({ call, error: String(error) });
      throw error;
    }
  }

  /** A message as a renderer that has been taken over could send it. Resolves with the answer. */
  #forge(how: Forgery, message: unknown): Promise<unknown> {
    const { mainFrame } = this.webContents;
    const frames = {
      'main frame': mainFrame,
      'frame inside': this.webContents.frame(() => 'pikeep://panel/index.html', mainFrame),
      'foreign page': this.webContents.frame(() => 'https://example.org/', null),
      'frame that is gone': null,
    };
    return this.#dispatch(
      { kind: 'invoke', call: 0, channel: 'panel:command', args: [message] },
      frames[how],
    );
  }
}

export type Forgery = 'main frame' | 'frame inside' | 'foreign page' | 'frame that is gone';

StandInWindow satisfies new (
  options?: Electron.BrowserWindowConstructorOptions,
) => Pick<
  Electron.BrowserWindow,
  | 'loadURL'
  | 'show'
  | 'hide'
  | 'blur'
  | 'isVisible'
  | 'setAlwaysOnTop'
  | 'isAlwaysOnTop'
  | 'setVisibleOnAllWorkspaces'
  | 'setPosition'
  | 'getSize'
  | 'getBounds'
  | 'getNormalBounds'
  | 'isMinimized'
  | 'restore'
  | 'isDestroyed'
  | 'destroy'
>;

export const BrowserWindow = strictClass('BrowserWindow', StandInWindow);
