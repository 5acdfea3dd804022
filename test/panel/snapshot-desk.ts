/** A desk that shows whatever snapshot it is given and remembers the commands it gets. */

import * as v from 'valibot';
import { askSchema } from '../../src/contract/asks.ts';
import type { Answered, Query, Reply, Snapshot } from '../../src/contract/panel.ts';
import type { ServedDesk } from '../../src/panel-server/serve-panel.ts';

export class SnapshotDesk implements ServedDesk {
  readonly commands: unknown[] = [];
  /** What the next commands are answered with. */
  reply: Reply = { ok: true };
  readonly questions: unknown[] = [];
  /** What they were answered with. */
  readonly answers: Answered[] = [];
  /** What questions are answered with. */
  answerTo: (query: Query) => Answered = () => ({
    ok: false,
    problem: { code: 'USAGE', title: '', message: 'Nobody has set an answer.', next: '' },
  });
  /** How often somebody looked at the snapshot. */
  looks = 0;
  #snapshot: Snapshot;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get snapshot(): Snapshot {
    this.looks += 1;
    return this.#snapshot;
  }

  /** How many pages listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = { ...snapshot, revision: this.#snapshot.revision + 1 };
    for (const listener of this.#listeners) listener(this.#snapshot);
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  handle(message: unknown): Promise<Reply> {
    this.commands.push(message);
    return Promise.resolve(this.reply);
  }

  ask(message: unknown): Promise<Answered> {
    const { query } = v.parse(askSchema, message);
    this.questions.push(query);
    const answered = this.answerTo(query);
    this.answers.push(answered);
    return Promise.resolve(answered);
  }
}
