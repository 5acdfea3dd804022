/** What every page of the library needs, wherever it stands. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Asking, Query, Snapshot } from '../../contract/panel.ts';
import type { Route } from '../route.ts';
import type { Send } from './send.ts';

export interface PageTools {
  readonly snapshot: Snapshot;
  readonly onMac: boolean;
  /** There is room for the library beside the page. */
  readonly isWide: boolean;
  readonly send: Send;
  readonly ask: (query: Query) => Asking;
  /** Shows another page; the present one is gone back to. */
  readonly go: (route: Route) => void;
  readonly back: () => void;
}

export const Tools = createContext<PageTools | null>(null);

export function useTools(): PageTools {
  const tools = useContext(Tools);
  if (!tools) throw new Error('a page stands outside of the panel');
  return tools;
}
