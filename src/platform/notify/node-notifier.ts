/**
 * Notices through `node-notifier`: `notify-send` on Linux, the bundled terminal-notifier on macOS. The only file that
 * knows that library. Its habits, from its sources (10.0.1):
 * - On Linux it builds one shell command. Its quoting covers `"`, `$`, backtick and backslash, but `notify-send` would
 *   still take a title that begins with "-" for an option, and daemons read the body as markup. Titles come from cards,
 *   so both are made harmless here.
 * - On Linux it reports no clicks, has no buttons, and replaces nothing: `notify-send` is given six options that know of
 *   none of that. On macOS its answer arrives when the notice is clicked or has timed out; `group` replaces, and a button
 *   answers with what is written on it.
 * - On macOS its program is Intel-only: without Rosetta the start fails (EBADARCH), and Node throws that at once
 *   instead of reporting it.
 */

import nodeNotifier from 'node-notifier';
import type { Notice, Notifier } from '../ports.ts';

type Answer = (
  error: unknown,
  response?: string,
  metadata?: { activationType?: string | undefined; activationValue?: string | undefined },
) => void;

/** What is used of node-notifier. Anything not made by `NotificationCenter` answers when the notice is on its way. */
export interface NoticeProgram {
  notify(notification: Record<string, unknown>, answer: Answer): unknown;
}

export interface NodeNotifierOptions {
  /** Absolute path of a PNG beside the text. */
  readonly icon?: string;
  readonly program?: NoticeProgram;
}

/** Milliseconds after which silence counts: as a refusal from notify-send, as "shown, not yet clicked" on macOS. */
const ANSWER_MS = 5000;
const SHOWN_AFTER_MS = 1500;
/** Seconds for which terminal-notifier waits for a click. */
const CLICK_SECONDS = 60;

export function createNodeNotifier(options: NodeNotifierOptions = {}): Notifier {
  // The package types name every platform's notifier at once; which one it is was decided when it was loaded.
  const program = options.program ?? (nodeNotifier as unknown as NoticeProgram);
  const answersLate = program instanceof nodeNotifier.NotificationCenter;
  let closed = false;

  function message(notice: Notice): Record<string, unknown> {
    const icon = options.icon === undefined ? {} : { icon: options.icon };
    if (answersLate) {
      const { actions = [] } = notice;
      const isAnswered = notice.onClick !== undefined || actions.length > 0;
      const waiting = isAnswered ? { wait: true, timeout: CLICK_SECONDS } : {};
      const buttons = actions.length > 0 ? { actions: actions.map(({ label }) => label) } : {};
      const words = { title: oneLine(notice.title), message: oneLine(notice.body) };
      return { ...words, ...icon, group: notice.id, ...buttons, ...waiting };
    }
    return {
      title: notAnOption(oneLine(notice.title)),
      message: notAnOption(withoutMarkup(oneLine(notice.body))),
      'app-name': 'PiKeep',
      ...icon,
    };
  }

  function send(notice: Notice): Promise<boolean> {
    return new Promise((resolve) => {
      const silence = setTimeout(
        () => resolve(answersLate),
        answersLate ? SHOWN_AFTER_MS : ANSWER_MS,
      );
      program.notify(message(notice), (error, response, metadata) => {
        clearTimeout(silence);
        // A string here is only what the program printed to its standard error; it had succeeded.
        resolve(!(error instanceof Error));
        if (closed || error instanceof Error) return;
        if (response === 'activate') answered(notice, metadata);
      });
    });
  }

  return {
    async notify(notice) {
      if (closed) return false;
      try {
        return await send(notice);
      } catch {
        return false;
      }
    },
    async close() {
      closed = true;
    },
  };
}

function answered({ onClick, actions = [] }: Notice, metadata: Parameters<Answer>[2]): void {
  const { activationType, activationValue } = metadata ?? {};
  const run =
    activationType === 'actionClicked'
      ? // It is handed each label in quotation marks, and may hand it back so.
        actions.find(({ label }) => label === activationValue?.replace(/^"(.*)"$/, '$1'))?.run
      : onClick;
  run?.();
}

/** Control characters would end the command line (NUL) or show as "\n". */
function oneLine(text: string): string {
  // An empty message is refused by node-notifier.
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim() || '…';
}

function notAnOption(text: string): string {
  return text.startsWith('-') ? ` ${text}` : text;
}

/** Desktop Notifications Specification 1.2, "Markup": bodies may hold markup, titles may not. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
