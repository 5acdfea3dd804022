/** What the app shows of itself: the panel under the tray icon, and the window it opens out to. */

import type { WebContents } from 'electron';
import type { Problem } from '../contract/panel.ts';
import type { AppPlace, Told } from '../contract/told.ts';
import type { FullWindow } from './full-window.ts';
import type { PanelWindow } from './panel-window.ts';
import { report } from './report.ts';

export interface Front {
  /** Brings PiKeep to the front: the window where it is open, else the panel. With `place`, at that page. */
  show(place?: AppPlace): void;
  /** Opens a place (`contract/told.ts`) in the window. */
  openOut(place: string): void;
  /** Shows what came of something that was not asked for on a page. */
  refuse(problem: Problem): void;
}

export interface FrontParts {
  readonly panel: Pick<PanelWindow, 'show' | 'hide' | 'contents'>;
  readonly window: FullWindow;
  readonly tell: (page: WebContents, told: Told) => void;
}

export function createFront({ panel, window, tell }: FrontParts): Front {
  function show(told?: Told): void {
    const isOpen = window.show();
    if (!isOpen) panel.show();
    const page = isOpen ? window.contents : panel.contents;
    if (page && told) tell(page, told);
  }

  async function openOut(place: string): Promise<void> {
    panel.hide();
    // What has been taken out of it is not there any more.
    if (panel.contents) tell(panel.contents, { tell: 'go', to: 'home' });
    if (await window.open(place)) return;
    if (window.contents) tell(window.contents, { tell: 'go', to: place });
  }

  return {
    show: (place) => show(place && { tell: 'go', to: place }),
    openOut: (place) => void openOut(place).catch(report),
    refuse: (problem) => show({ tell: 'refused', problem }),
  };
}
