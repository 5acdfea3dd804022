/** `pikeep panel` as a process of its own, and its one visitor: the same requests as those of the page. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ask } from '../../src/contract/asks.ts';
import {
  type Answer,
  type AnswerTo,
  type Command,
  parseAnswered,
  parseReply,
  parseSnapshot,
  type Query,
  type QueryKind,
  type Snapshot,
} from '../../src/contract/panel.ts';
import { type PanelProcess, startPanel } from '../panel-process.ts';
import type { Measure } from './probe.ts';

export interface DeskFolders {
  /** Everything lies below it: slot, library, temp, home, state, cache. */
  readonly root: string;
  readonly slot: string;
  readonly library: string;
}

export class DeskProcess {
  readonly pid: number;
  readonly #panel: PanelProcess;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #closing = new AbortController();
  #latest: Snapshot | null = null;
  #watching: Promise<void> = Promise.resolve();

  static async start({ root, slot, library }: DeskFolders): Promise<DeskProcess> {
    const panel = await startPanel({
      args: ['--slot', slot, '--library', library],
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: join(root, 'home'),
        TMPDIR: join(root, 'temp'),
        XDG_CONFIG_HOME: join(root, 'config'),
        XDG_STATE_HOME: join(root, 'state'),
        XDG_CACHE_HOME: join(root, 'cache'),
        XDG_DATA_HOME: join(root, 'data'),
        NODE_COMPILE_CACHE: join(root, 'compiled'),
      },
      node: ['--expose-gc', '--import', join(import.meta.dirname, 'probe.ts')],
      log: join(root, 'desk.log'),
      withChannel: true,
    });
    return DeskProcess.#enter(panel);
  }

  /** Goes in as the file does that a browser would open. */
  static async #enter(panel: PanelProcess): Promise<DeskProcess> {
    const page = readFileSync(panel.page, 'utf8');
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
    const reply = await fetch(action, {
      method: 'POST',
      headers: { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${/name="token" value="([^"]+)"/.exec(page)?.[1]}`,
    });
    const cookie = /^[^;]+/.exec(reply.headers.get('set-cookie') ?? '')?.[0];
    const base = /url=(\/[0-9a-f]+\/)"/.exec(await reply.text())?.[1];
    if (!cookie || !base) throw new Error(`not let in: ${reply.status}`);
    const { origin } = new URL(action);
    const desk = new DeskProcess(panel, `${origin}${base}`, { cookie, origin });
    desk.#watching = desk.#watch();
    return desk;
  }

  private constructor(
    panel: PanelProcess,
    base: string,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#panel = panel;
    this.pid = panel.pid;
    this.#base = base;
    this.#headers = headers;
  }

  /** The first answer other than null about the present snapshot or a later one. */
  until<T>(what: string, seconds: number, find: (snapshot: Snapshot) => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(limit);
        this.#listeners.delete(look);
      };
      const limit = setTimeout(() => {
        end();
        reject(new Error(`waited ${seconds} s for ${what}`));
      }, seconds * 1000);
      const look = (snapshot: Snapshot): void => {
        try {
          const found = find(snapshot);
          if (found === null) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error);
        }
      };
      this.#listeners.add(look);
      if (this.#latest) look(this.#latest);
    });
  }

  async command(command: Command): Promise<void> {
    const reply = parseReply(await this.#post('command', command));
    if (!reply) throw new Error('no reply');
    if (!reply.ok) throw new Error(`${command.command}: ${reply.problem.message}`);
  }

  async ask<K extends QueryKind>(query: Extract<Query, { ask: K }>): Promise<AnswerTo<K>> {
    const asking: Ask = { query, page: 'soak' };
    const answered = parseAnswered(await this.#post('ask', asking));
    if (!answered) throw new Error('no answer');
    if (!answered.ok) throw new Error(`${query.ask}: ${answered.problem.message}`);
    if (!isAnswerTo<K>(query.ask, answered.answer)) throw new Error('another question’s answer');
    return answered.answer;
  }

  /** A second page is opened and closed again. */
  async glance(): Promise<void> {
    const closing = new AbortController();
    const { body } = await fetch(`${this.#base}snapshots`, {
      headers: this.#headers,
      signal: closing.signal,
    });
    const reader = body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    closing.abort();
    if (!value?.length) throw new Error('the second page shows nothing');
  }

  async measure(): Promise<Measure> {
    const answer = once(this.#panel.child, 'message', { signal: AbortSignal.timeout(60_000) });
    this.#panel.child.send('measure');
    const [measure] = await answer;
    return measure;
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#panel.stop();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    try {
      const { body } = await fetch(`${this.#base}snapshots`, { headers: this.#headers, signal });
      if (!body) throw new Error('no snapshots');
      let text = '';
      for await (const part of body.pipeThrough(new TextDecoderStream())) {
        const messages = `${text}${part}`.split('\n\n');
        text = messages.pop() ?? '';
        for (const message of messages) this.#hear(message);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #hear(message: string): void {
    if (!message.startsWith('data: ')) return;
    const snapshot = parseSnapshot(JSON.parse(message.slice('data: '.length)));
    if (!snapshot) throw new Error('no snapshot');
    this.#latest = snapshot;
    for (const look of [...this.#listeners]) look(snapshot);
  }

  async #post(name: 'command' | 'ask', body: Command | Ask): Promise<unknown> {
    const reply = await fetch(`${this.#base}${name}`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(120_000),
    });
    if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
    return reply.json();
  }
}

function isAnswerTo<K extends QueryKind>(kind: K, answer: Answer): answer is AnswerTo<K> {
  return answer.ask === kind;
}
