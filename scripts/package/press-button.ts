/** Presses a button of a page through Chromium's own port (https://chromedevtools.github.io/devtools-protocol/). */

import { once } from 'node:events';

interface Target {
  readonly type: string;
  readonly title: string;
  readonly webSocketDebuggerUrl: string;
}

/** Milliseconds for one answer. */
const ANSWER_MS = 10_000;

/**
 * True when the page with this title was there and had the button, which is then pressed. The window need not be visible. Throws
 * when the page answers with an error.
 */
export async function pressButton(port: number, title: string, label: string): Promise<boolean> {
  const page = (await targets(port)).find((one) => one.type === 'page' && one.title === title);
  if (!page) return false;
  const expression = `(() => {
    const named = (one) => one.textContent.trim() === ${JSON.stringify(label)} && !one.disabled;
    const button = [...document.querySelectorAll('button')].find(named);
    button?.click();
    return button !== undefined;
  })()`;
  return (await evaluate(page.webSocketDebuggerUrl, expression)) === true;
}

/** None while nobody listens. */
async function targets(port: number): Promise<readonly Target[]> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/json/list`);
    return (await reply.json()) as Target[];
  } catch (error) {
    if (error instanceof TypeError) return []; // What fetch throws when the connection is refused.
    throw error;
  }
}

async function evaluate(address: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(address);
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    await once(socket, 'open', { signal });
    const params = { expression, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    const [message] = await once(socket, 'message', { signal });
    const { result, error } = JSON.parse(String(message.data));
    if (error || result.exceptionDetails) throw new Error(`the page answered: ${message.data}`);
    return result.result.value;
  } finally {
    socket.close();
  }
}
