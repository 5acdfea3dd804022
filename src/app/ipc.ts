/** The app's end of the bridge: who asks is checked first, then how much, then what. */

import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { type Answered, MAX_MESSAGE_BYTES, type Reply } from '../contract/panel.ts';
import { panelChannels } from '../contract/panel-channels.ts';
import { parsePlace, type Told } from '../contract/told.ts';
import type { Desk } from '../desk/desk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { Questions } from './questions.ts';
import { panelOrigin } from './scheme.ts';

export interface PanelConnection {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'on'>;
  readonly desk: Desk;
  /** The page under the tray icon and the one in a window, as far as they are there. */
  readonly pages: () => readonly WebContents[];
  /** A page asks to be opened out at a place. */
  readonly openOut: (place: string) => void;
}

export interface ConnectedPanel {
  /** Tells a page, as soon as it listens; of what it is told before that, the last of each kind. */
  tell(page: WebContents, told: Told): void;
}

/** Answers the pages' commands and questions, and sends them the snapshots. A message from anywhere else changes nothing. */
export function connectPanel(connection: PanelConnection): ConnectedPanel {
  const { ipcMain, desk, pages, openOut } = connection;
  /** Pages that have asked for snapshots; one that has crashed is loaded again, and has to ask again. */
  const listening = new Set<WebContents>();
  const toTell = new WeakMap<WebContents, Map<Told['tell'], Told>>();
  const questions = new Questions();

  ipcMain.handle(panelChannels.command, (event, message: unknown): Promise<Reply> | Reply => {
    return refusalOf(event, message, pages()) ?? desk.handle(message);
  });

  ipcMain.handle(
    panelChannels.ask,
    (event, message: unknown, number: unknown): Promise<Answered> | Answered => {
      const refused = refusalOf(event, message, pages());
      return refused ?? questions.answer(event, number, (signal) => desk.ask(message, signal));
    },
  );

  ipcMain.on(panelChannels.drop, (event, number: unknown) => {
    if (isFromPanel(event, pages())) questions.drop(event.sender, number);
  });

  ipcMain.on(panelChannels.subscribe, (event) => {
    if (!isFromPanel(event, pages())) return;
    const page = event.sender;
    // A page does this once, when it has been loaded, before it asks anything.
    questions.dropAll(page);
    if (!listening.has(page)) page.once('render-process-gone', () => listening.delete(page));
    listening.add(page);
    page.send(panelChannels.snapshot, desk.snapshot);
    for (const told of toTell.get(page)?.values() ?? []) page.send(panelChannels.told, told);
    toTell.delete(page);
  });

  ipcMain.on(panelChannels.openOut, (event, place: unknown) => {
    const parsed = isFromPanel(event, pages()) ? parsePlace(place) : null;
    if (parsed !== null) openOut(parsed);
  });

  desk.onSnapshot((snapshot) => {
    const present = pages();
    for (const page of listening) {
      if (page.isDestroyed()) listening.delete(page);
      else if (present.includes(page)) page.send(panelChannels.snapshot, snapshot);
    }
  });

  return {
    tell(page, told) {
      if (page.isDestroyed()) return;
      if (listening.has(page)) return page.send(panelChannels.told, told);
      toTell.set(page, new Map([...(toTell.get(page) ?? []), [told.tell, told]]));
    },
  };
}

/** True for the main frame of a page of our own, and only while that page is of our own origin. */
function isFromPanel(
  event: IpcMainEvent | IpcMainInvokeEvent,
  pages: readonly WebContents[],
): boolean {
  const frame = event.senderFrame;
  const page = pages.find((one) => one === event.sender);
  return (
    page !== undefined &&
    frame !== null &&
    frame === page.mainFrame &&
    frame.parent === null &&
    URL.parse(frame.url)?.href.startsWith(`${panelOrigin}/`) === true
  );
}

/** Why nobody looks at what a message says; null when it may be parsed. */
function refusalOf(
  event: IpcMainInvokeEvent,
  message: unknown,
  pages: readonly WebContents[],
): Extract<Reply, { ok: false }> | null {
  if (!isFromPanel(event, pages)) {
    return refusal(new PiKeepError('STRANGER', { from: senderName(event) }));
  }
  const detail = sizeProblem(message);
  return detail === null
    ? null
    : refusal(new PiKeepError('BAD_MESSAGE', { from: 'panel', detail }));
}

function senderName(event: IpcMainInvokeEvent): string {
  return event.senderFrame?.url.slice(0, 200) ?? 'a frame that is gone';
}

/** Why a message is refused before it is looked at; null when it may be parsed. */
function sizeProblem(message: unknown): string | null {
  try {
    const bytes = Buffer.byteLength(JSON.stringify(message) ?? '');
    return bytes > MAX_MESSAGE_BYTES ? `${bytes} bytes` : null;
  } catch {
    // Structured clone carries more than JSON does: cycles, big integers.
    return 'not plain data';
  }
}

function refusal(error: PiKeepError): Extract<Reply, { ok: false }> {
  return { ok: false, problem: { code: error.code, ...explain(error) } };
}
