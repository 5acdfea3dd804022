/** The bridge: the only thing of ours that the page can reach. Runs sandboxed, before the page's own scripts. */

import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { PanelBridge, Reply, Snapshot } from '../contract/panel.ts';
import { panelChannels } from '../contract/panel-channels.ts';

const bridge: PanelBridge = {
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
};

contextBridge.exposeInMainWorld('pikeep', bridge);
