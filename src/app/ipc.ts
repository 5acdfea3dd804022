/** The app's end of the bridge: who asks is checked first, then how much, then what. */

import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { type Answered, MAX_MESSAGE_BYTES, type Reply } from '../contract/panel.ts';
import { panelChannels } from '../contract/panel-channels.ts';
import type { Desk } from '../desk/desk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { Questions } from './questions.ts';
import { panelOrigin } from './scheme.ts';

export interface PanelConnection {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'on'>;
  readonly desk: Desk;
  /** The panel's page, or null while there is none. */
  readonly contents: () => WebContents | null;
}

/** Answers the panel's commands and questions, and sends it the snapshots. A message from anywhere else changes nothing. */
export function connectPanel({ ipcMain, desk, contents }: PanelConnection): void {
  /** The page that has asked for snapshots; another one has to ask again. */
  let subscriber: WebContents | null = null;
  const questions = new Questions();

  ipcMain.handle(panelChannels.command, (event, message: unknown): Promise<Reply> | Reply => {
    return refusalOf(event, message, contents()) ?? desk.handle(message);
  });

  ipcMain.handle(
    panelChannels.ask,
    (event, message: unknown, number: unknown): Promise<Answered> | Answered => {
      const refused = refusalOf(event, message, contents());
      return refused ?? questions.answer(event, number, (signal) => desk.ask(message, signal));
    },
  );

  ipcMain.on(panelChannels.drop, (event, number: unknown) => {
    if (isFromPanel(event, contents())) questions.drop(event.sender, number);
  });

  ipcMain.on(panelChannels.subscribe, (event) => {
    if (!isFromPanel(event, contents())) return;
    // A page does this once, when it has been loaded, before it asks anything.
    questions.dropAll(event.sender);
    subscriber = event.sender;
    subscriber.send(panelChannels.snapshot, desk.snapshot);
  });

  desk.onSnapshot((snapshot) => {
    if (subscriber && subscriber === contents() && !subscriber.isDestroyed()) {
      subscriber.send(panelChannels.snapshot, snapshot);
    }
  });
}

/** True for the main frame of the panel's own page, and only while that page is of our own origin. */
function isFromPanel(event: IpcMainEvent | IpcMainInvokeEvent, panel: WebContents | null): boolean {
  const frame = event.senderFrame;
  return (
    panel !== null &&
    event.sender === panel &&
    frame !== null &&
    frame === panel.mainFrame &&
    frame.parent === null &&
    URL.parse(frame.url)?.href.startsWith(`${panelOrigin}/`) === true
  );
}

/** Why nobody looks at what a message says; null when it may be parsed. */
function refusalOf(
  event: IpcMainInvokeEvent,
  message: unknown,
  panel: WebContents | null,
): Extract<Reply, { ok: false }> | null {
  if (!isFromPanel(event, panel)) {
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
