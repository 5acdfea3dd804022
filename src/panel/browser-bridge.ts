/** The panel's connection in a browser: server-sent events in, POST out, both to where the page came from. */

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
  try {
    const response = await fetch('command', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(command),
    });
    const reply = response.ok ? parseReply(await response.json()) : null;
    return reply ?? { ok: false, problem: disconnected() };
  } catch {
    return { ok: false, problem: disconnected() };
  }
}

const page = crypto.randomUUID();

function ask(query: Query): Asking {
  const controller = new AbortController();
  return { answer: answerTo(query, controller.signal), cancel: () => controller.abort() };
}

async function answerTo(query: Query, signal: AbortSignal): Promise<Answered> {
  try {
    const response = await fetch('ask', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ page, query }),
      signal,
    });
    const answered = response.ok ? parseAnswered(await response.json()) : null;
    return answered ?? { ok: false, problem: disconnected() };
  } catch {
    return { ok: false, problem: signal.aborted ? dropped() : disconnected() };
  }
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
  const nothing: Snapshot = {
    revision: 0,
    tool: { version: '', where: 'browser', source: '', ...currentTongue() },
    library: '',
    disks: [],
    refused: [],
    jobs: [],
    errands: [],
    backups: [],
    moreBackups: 0,
    libraryRevision: 0,
    restore: null,
    leftovers: [],
    settings: {
      ejectWhenDone: false,
      showOtherExternal: false,
      remindDays: null,
      revision: 0,
      warning: null,
    },
    trouble: disconnected(),
  };
  if (!last) return nothing;
  const jobs = last.jobs.filter(({ state }) => state.is !== 'working');
  const gone = {
    disks: [],
    refused: [],
    leftovers: [],
    backups: [],
    moreBackups: 0,
    restore: null,
  };
  const errands = last.errands.filter(({ state }) => !['working', 'waiting'].includes(state.is));
  return { ...last, ...gone, jobs, errands, trouble: disconnected() };
}
