/** The panel's connection in a browser: server-sent events in, POST out, both to where the page came from. */

import { emptySnapshot } from '../contract/empty-snapshot.ts';
import {
  type Answered,
  type Asking,
  type Command,
  type PanelBridge,
  type Problem,
  parseAnswered,
  parseReply,
  parseSnapshot,
  type Query,
  type Reply,
  type Snapshot,
} from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { currentTongue } from '../language/use-language.ts';

/** A pause shorter than this may be a hiccup that mends itself. */
const PATIENCE_MS = 3000;

export function browserBridge(): PanelBridge {
  return { subscribe, send, ask };
}

function subscribe(listener: (snapshot: Snapshot) => void): () => void {
  const source = new EventSource('snapshots');
  let last: Snapshot | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  source.addEventListener('message', (event: MessageEvent<string>) => {
    const snapshot = parseSnapshot(JSON.parse(event.data));
    if (!snapshot) return;
    clearTimeout(timer);
    timer = undefined;
    last = snapshot;
    listener(snapshot);
  });
  source.addEventListener('error', () => {
    const wait = source.readyState === EventSource.CLOSED ? 0 : PATIENCE_MS;
    timer ??= setTimeout(() => listener(withoutConnection(last)), wait);
  });
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

async function send(command: Command): Promise<Reply> {
  const reply = parseReply(await post('command', command).catch(() => null));
  return reply ?? { ok: false, problem: disconnected() };
}

/** What came back; null for a refusal. Rejects when nothing did. */
async function post(to: string, message: object, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(to, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(message),
    ...(signal ? { signal } : {}),
  });
  return response.ok ? response.json() : null;
}

const page = crypto.randomUUID();

function ask(query: Query): Asking {
  const controller = new AbortController();
  return { answer: answerTo(query, controller.signal), cancel: () => controller.abort() };
}

async function answerTo(query: Query, signal: AbortSignal): Promise<Answered> {
  const answered = parseAnswered(await post('ask', { page, query }, signal).catch(() => null));
  return answered ?? { ok: false, problem: signal.aborted ? dropped() : disconnected() };
}

const dropped = (): Problem => ({
  code: 'INTERRUPTED',
  title: say`Stopped`,
  message: say`Nobody waited for the answer any more.`,
  next: '',
});

const disconnected = (): Problem => ({
  code: 'DISCONNECTED',
  title: say`PiKeep does not answer`,
  message: say`The program behind this page has ended, or does not know this page any more.`,
  next: say`Start PiKeep again; it opens a new page. You can close this one.`,
});

/** What was there is not known any more; what had been finished stays to be read. */
function withoutConnection(last: Snapshot | null): Snapshot {
  const { disks, refused, leftovers, backups, moreBackups, restore, tool } = emptySnapshot;
  const known = last ?? { ...emptySnapshot, tool: { ...tool, ...currentTongue() } };
  return {
    ...{ ...known, disks, refused, leftovers, backups, moreBackups, restore },
    jobs: known.jobs.filter(({ state }) => state.is !== 'working'),
    errands: known.errands.filter(({ state }) => !['working', 'waiting'].includes(state.is)),
    trouble: disconnected(),
  };
}
