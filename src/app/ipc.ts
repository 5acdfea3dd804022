/** The app's end of the bridge: who asks is checked first, then how much, then what. */

import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { MAX_MESSAGE_BYTES, type Reply } from '../contract/panel.ts';
import { panelChannels } from '../contract/panel-channels.ts';
import type { Desk } from '../desk/desk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { panelOrigin } from './scheme.ts';

export interface PanelConnection {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'on'>;
  readonly desk: Desk;
  /** The panel's page, or null while there is none. */
  readonly contents: () => WebContents | null;
}

/** Answers the panel's commands and sends it the snapshots. A message from anywhere else changes nothing. */
export function connectPanel({ ipcMain, desk, contents }: PanelConnection): void {
  /** The page that has asked for snapshots; another one has to ask again. */
  let subscriber: WebContents | null = null;

  ipcMain.handle(panelChannels.command, (event, message: unknown): Promise<Reply> | Reply => {
    if (!isFromPanel(event, contents())) {
      return refusal(new PiKeepError('STRANGER', { from: senderName(event) }));
    }
    const problem = sizeProblem(message);
    if (problem) return refusal(new PiKeepError('BAD_MESSAGE', { from: 'panel', detail: problem }));
    return desk.handle(message);
  });

  ipcMain.on(panelChannels.subscribe, (event) => {
    if (!isFromPanel(event, contents())) return;
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

function refusal(error: PiKeepError): Reply {
  return { ok: false, problem: { code: error.code, ...explain(error) } };
}
