/** The bridge: the only thing of ours that the page can reach. Runs sandboxed, before the page's own scripts. */

import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { Ask } from '../contract/asks.ts';
import type { Reply, Snapshot } from '../contract/panel.ts';
import { panelChannels } from '../contract/panel-channels.ts';
import type { AppBridge, Told } from '../contract/told.ts';

const page = crypto.randomUUID();
let asked = 0;

const bridge: AppBridge = {
  subscribe(listener) {
    // The event object stays here: it would hand the page a way to send anything anywhere.
    const onSnapshot = (_event: IpcRendererEvent, snapshot: Snapshot) => listener(snapshot);
    ipcRenderer.on(panelChannels.snapshot, onSnapshot);
    ipcRenderer.send(panelChannels.subscribe);
    return () => {
      ipcRenderer.removeListener(panelChannels.snapshot, onSnapshot);
    };
  },
  send(command): Promise<Reply> {
    return ipcRenderer.invoke(panelChannels.command, command);
  },
  ask(query) {
    asked += 1;
    const number = asked;
    return {
      answer: ipcRenderer.invoke(panelChannels.ask, { page, query } satisfies Ask, number),
      cancel: () => ipcRenderer.send(panelChannels.drop, number),
    };
  },
  onTold(listener) {
    const onTold = (_event: IpcRendererEvent, told: Told) => listener(told);
    ipcRenderer.on(panelChannels.told, onTold);
    return () => {
      ipcRenderer.removeListener(panelChannels.told, onTold);
    };
  },
  openOut(place) {
    ipcRenderer.send(panelChannels.openOut, place);
  },
};

contextBridge.exposeInMainWorld('pikeep', bridge);
