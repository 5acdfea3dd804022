/** The panel in the browser: the desk, the server and the notices of the system, from beginning to end. */

import type { Desk } from '../desk/desk.ts';
import { announce } from '../desk/notices.ts';
import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import { inEnglish } from '../language/english.ts';
import { type PanelServer, servePanel } from '../panel-server/serve-panel.ts';
import { openInBrowser } from '../platform/browser.ts';
import { createNodeNotifier } from '../platform/notify/node-notifier.ts';
import { openDesk } from './open-desk.ts';
import { panelAssets } from './place.ts';
import type { Session } from './session.ts';

export interface PanelOptions {
  /** Else the file that leads to the panel is named. */
  readonly browser: boolean;
  /** Notices of the system besides. */
  readonly notify: boolean;
}

/** Serves it until the signal fires or no page is open any more. */
export async function showPanel(
  session: Session,
  { browser, notify }: PanelOptions,
): Promise<void> {
  const { printer, signal, keepOnAbort } = session;
  const desk = await openDesk(session);
  try {
    const server = await servePanel(desk, {
      assets: panelAssets(),
      openBrowser: (file) => (browser ? openOrName(session, file) : name(session, file)),
    });
    const quiet = notify ? tell(session, desk, server) : () => Promise.resolve();
    try {
      printer.happened('panel', {
        facts: { url: server.url },
        lines: [`The panel is served at ${server.url} for this computer only. Ctrl-C ends it.`],
      });
      const interrupted = aborted(signal);
      await Promise.race([server.closed, interrupted]);
    } finally {
      await quiet();
      await server.close();
    }
  } finally {
    await desk.close({ keep: !signal.aborted || keepOnAbort() });
  }
}

/**
 * Notices as the app gives them. A machine without a service for them is as good as any other: the page says the same.
 * Returns what ends them.
 */
function tell({ printer }: Session, desk: Desk, server: PanelServer): () => Promise<void> {
  const notifier = createNodeNotifier();
  const stop = announce(desk, notifier, {
    show: () => {
      server.open().catch((error: unknown) =>
        printer.warning(
          'NO_BROWSER',
          inEnglish(() => explain(asPiKeepError(error)).message),
        ),
      );
    },
  });
  return () => {
    stop();
    return notifier.close();
  };
}

async function openOrName(session: Session, file: string): Promise<void> {
  try {
    await openInBrowser(file);
  } catch (error) {
    if (!isPiKeepError(error, 'TOOL_MISSING', 'TOOL_FAILED')) throw error;
    session.printer.warning(
      'NO_BROWSER',
      inEnglish(() => explain(asPiKeepError(error)).message),
    );
    await name(session, file);
  }
}

/** The file holds the secret that lets a browser in; its name is none. */
async function name(session: Session, file: string): Promise<void> {
  session.printer.happened('open', {
    facts: { file },
    lines: [`Open this file in your browser: ${file}`],
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
