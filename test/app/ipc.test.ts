import { EventEmitter } from 'node:events';
import type { WebContents } from 'electron';
import { expect, it, vi } from 'vitest';
import { connectPanel } from '../../src/app/ipc.ts';
import { MAX_MESSAGE_BYTES } from '../../src/contract/panel.ts';
import type { Told } from '../../src/contract/told.ts';

type Parts = Parameters<typeof connectPanel>[0];
type Handler = (event: object, ...given: unknown[]) => Promise<unknown>;

function connected() {
  const handlers = new Map<string, Handler>();
  const channels = new EventEmitter();
  const handle = vi.fn(async () => ({ ok: true }));
  const signals: AbortSignal[] = [];
  const ask = vi.fn((_message: unknown, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ ok: false }));
    });
  });
  const snapshots = new EventEmitter();
  const mainFrame = { url: 'pikeep://panel/index.html', parent: null };
  const contents = Object.assign(new EventEmitter(), {
    mainFrame,
    send: vi.fn(),
    isDestroyed: () => false,
  });
  let present: object[] = [contents];
  const openOut = vi.fn();
  const { tell } = connectPanel({
    ipcMain: {
      handle: (channel: string, handler: Handler) => handlers.set(channel, handler),
      on: (channel: string, listener: () => void) => channels.on(channel, listener),
    },
    desk: {
      handle,
      ask,
      snapshot: { revision: 1 },
      onSnapshot: (listener: () => void) => snapshots.on('snapshot', listener),
    },
    pages: () => present,
    openOut,
  } as unknown as Parts);
  return {
    contents,
    mainFrame,
    handle,
    ask,
    signals,
    question: (event: object, message: unknown, number: unknown) =>
      handlers.get('panel:ask')?.(event, message, number),
    drop: (event: object, number: unknown) => channels.emit('panel:drop', event, number),
    send: (event: object, message: unknown) => handlers.get('panel:command')?.(event, message),
    subscribe: (event: object) => channels.emit('panel:subscribe', event),
    publish: (revision: number) => snapshots.emit('snapshot', { revision }),
    openOut,
    askToOpenOut: (event: object, place: unknown) => channels.emit('panel:open-out', event, place),
    tell: (told: Told) => tell(contents as unknown as WebContents, told),
    /** A second page of the app, as in the full window. */
    another() {
      const page = Object.assign(new EventEmitter(), {
        mainFrame: { url: 'pikeep://panel/index.html?window#library', parent: null },
        send: vi.fn(),
        isDestroyed: () => false,
      });
      present = [...present, page];
      return page;
    },
    leave: () => {
      present = [];
    },
  };
}

it('hands what our own page says to the desk and answers with its reply', async () => {
  const { send, contents, mainFrame, handle } = connected();
  const command = { command: 'open-privacy-settings' };
  expect(await send({ sender: contents, senderFrame: mainFrame }, command)).toEqual({ ok: true });
  expect(handle).toHaveBeenCalledExactlyOnceWith(command);
});

it.each([
  ['another window', { sender: {} }],
  ['a frame inside the page', { senderFrame: { url: 'pikeep://panel/index.html', parent: {} } }],
  ['a page of another origin', { navigated: 'https://example.org/' }],
  ['a host that only begins like ours', { navigated: 'pikeep://panel.example.org/' }],
  ['a frame that is gone', { senderFrame: null }],
])('refuses %s and gives it no snapshot', async (_who, what: Record<string, unknown>) => {
  const { send, subscribe, contents, mainFrame, handle } = connected();
  const { navigated, ...difference } = what;
  if (typeof navigated === 'string') mainFrame.url = navigated;
  const event = { sender: contents, senderFrame: mainFrame, ...difference };
  const reply = await send(event, { command: 'open-privacy-settings' });
  expect(reply).toMatchObject({ ok: false, problem: { code: 'STRANGER' } });
  subscribe(event);
  expect(handle).not.toHaveBeenCalled();
  expect(contents.send).not.toHaveBeenCalled();
});

it('refuses messages that are too large or no plain data before looking at them', async () => {
  const { send, contents, mainFrame, handle } = connected();
  const event = { sender: contents, senderFrame: mainFrame };
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  const wide = 'ü'.repeat(MAX_MESSAGE_BYTES / 2);
  for (const message of [wide, cycle, 5n]) {
    expect(await send(event, message)).toMatchObject({ problem: { code: 'BAD_MESSAGE' } });
  }
  expect(handle).not.toHaveBeenCalled();
});

it('sends the present snapshot to whoever asks and every new one after it, as long as the page is there', () => {
  const { subscribe, publish, leave, contents, mainFrame } = connected();
  publish(2);
  expect(contents.send).not.toHaveBeenCalled();
  subscribe({ sender: contents, senderFrame: mainFrame });
  publish(3);
  leave();
  publish(4);
  expect(contents.send.mock.calls).toEqual([
    ['panel:snapshot', { revision: 1 }],
    ['panel:snapshot', { revision: 3 }],
  ]);
});

it('hands questions to the desk, and ends the one that is dropped', async () => {
  const { question, drop, contents, mainFrame, ask, signals } = connected();
  const event = { sender: contents, senderFrame: mainFrame };
  const message = { page: 'a', query: { ask: 'library' } };
  const first = question(event, message, 1);
  const second = question(event, message, 2);
  expect(ask.mock.calls.map(([given]) => given)).toEqual([message, message]);
  drop({ ...event, sender: {} }, 1);
  drop(event, 3);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  drop(event, 1);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(await first).toEqual({ ok: false });
  contents.emit('destroyed');
  expect(await second).toEqual({ ok: false });
});

it.each(['render-process-gone', 'destroyed', 'loaded again'])(
  'ends what a page has asked when it is %s, and listens no more than once',
  async (end) => {
    const { question, subscribe, contents, mainFrame, signals } = connected();
    const event = { sender: contents, senderFrame: mainFrame };
    const message = { page: 'a', query: { ask: 'library' } };
    const answers = Array.from({ length: 30 }, (_, number) => question(event, message, number));
    expect(contents.listenerCount('destroyed')).toBe(1);
    expect(contents.listenerCount('render-process-gone')).toBe(1);
    subscribe({ sender: {}, senderFrame: mainFrame });
    expect(signals.some(({ aborted }) => aborted)).toBe(false);
    if (end === 'loaded again') subscribe(event);
    else contents.emit(end);
    expect(await Promise.all(answers)).toEqual(Array(30).fill({ ok: false }));
    // The numbers of a page that is loaded again begin anew.
    const anew = question(event, message, 1);
    expect(signals.at(-1)?.aborted).toBe(false);
    contents.emit('destroyed');
    expect(await anew).toEqual({ ok: false });
  },
);

it('asks nothing for strangers, and nothing too large', async () => {
  const { question, contents, mainFrame, ask } = connected();
  const stranger = { sender: {}, senderFrame: mainFrame };
  expect(await question(stranger, {}, 1)).toMatchObject({ problem: { code: 'STRANGER' } });
  const ours = { sender: contents, senderFrame: mainFrame };
  const wide = 'ü'.repeat(MAX_MESSAGE_BYTES / 2);
  expect(await question(ours, wide, 1)).toMatchObject({ problem: { code: 'BAD_MESSAGE' } });
  expect(ask).not.toHaveBeenCalled();
});

it('serves the page of the full window as well, each only in its own frame', async () => {
  const { another, send, subscribe, publish, contents, mainFrame, handle } = connected();
  const page = another();
  subscribe({ sender: contents, senderFrame: mainFrame });
  subscribe({ sender: page, senderFrame: page.mainFrame });
  publish(2);
  for (const { send: sent } of [contents, page]) {
    expect(sent).toHaveBeenLastCalledWith('panel:snapshot', { revision: 2 });
  }
  const crossed = await send({ sender: page, senderFrame: mainFrame }, { command: 'look-again' });
  expect(crossed).toMatchObject({ problem: { code: 'STRANGER' } });
  expect(handle).not.toHaveBeenCalled();
});

it('opens out for its own page, and only at what can stand in an address', () => {
  const { askToOpenOut, openOut, contents, mainFrame } = connected();
  const ours = { sender: contents, senderFrame: mainFrame };
  askToOpenOut({ sender: {}, senderFrame: mainFrame }, 'library');
  for (const wrong of [null, 7, '', '#x', '../x', 'a b', "x'", 'x'.repeat(3000)]) {
    askToOpenOut(ours, wrong);
  }
  expect(openOut).not.toHaveBeenCalled();
  askToOpenOut(ours, 'files?backup=5f%C3%A4+1');
  expect(openOut).toHaveBeenCalledExactlyOnceWith('files?backup=5f%C3%A4+1');
});

it('keeps what it has to tell until a page listens: the last place, and what was refused', () => {
  const { tell, subscribe, contents, mainFrame } = connected();
  const problem = { code: 'NO_SUCH_DISK', title: 't', message: 'm', next: 'n' };
  tell({ tell: 'go', to: 'library' });
  tell({ tell: 'refused', problem });
  tell({ tell: 'go', to: 'settings' });
  expect(contents.send).not.toHaveBeenCalled();
  const event = { sender: contents, senderFrame: mainFrame };
  subscribe(event);
  subscribe(event);
  tell({ tell: 'go', to: 'home' });
  expect(contents.send.mock.calls).toEqual([
    ['panel:snapshot', { revision: 1 }],
    ['panel:told', { tell: 'go', to: 'settings' }],
    ['panel:told', { tell: 'refused', problem }],
    ['panel:snapshot', { revision: 1 }],
    ['panel:told', { tell: 'go', to: 'home' }],
  ]);
});

it('tells a page that has crashed as soon as it listens again, however often it does', () => {
  const { tell, subscribe, publish, contents, mainFrame } = connected();
  const event = { sender: contents, senderFrame: mainFrame };
  for (let crash = 0; crash < 3; crash++) {
    subscribe(event);
    contents.send.mockClear();
    contents.emit('render-process-gone');
    publish(2);
    tell({ tell: 'go', to: 'settings' });
    expect(contents.send).not.toHaveBeenCalled();
  }
  subscribe(event);
  expect(contents.send.mock.calls).toEqual([
    ['panel:snapshot', { revision: 1 }],
    ['panel:told', { tell: 'go', to: 'settings' }],
  ]);
  expect(contents.listenerCount('render-process-gone')).toBe(1);
});
