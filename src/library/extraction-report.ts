/** What came of taking files out of a card; lists are bounded, and what does not fit is counted. */

import type { FileFacts } from '../engine/file-tree.ts';
import { english } from '../language/english.ts';

const MAX_NAMED = 2000;

export interface Skipped {
  readonly path: string;
  /** Completes "…, because …". */
  readonly why: string;
  /** It was made, but with zeros where it could not be read. */
  readonly kept: boolean;
}

export class BoundedList<T> {
  readonly #items: T[] = [];
  #more = 0;

  add(item: T): void {
    if (this.#items.length < MAX_NAMED) this.#items.push(item);
    else this.#more++;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  get more(): number {
    return this.#more;
  }
}

export class ExtractionReport {
  files = 0;
  folders = 0;
  links = 0;
  bytes = 0;
  readonly made = new BoundedList<string>();
  readonly skipped = new BoundedList<Skipped>();
  readonly renamed = new BoundedList<{ readonly path: string; readonly name: string }>();
  readonly outward = new BoundedList<{ readonly path: string; readonly target: string }>();

  skip(path: string, why: string): void {
    this.skipped.add({ path, why, kept: false });
  }
}

/** What a tree says of its folders: damaged parts of them, and those that were not entered, are known to nobody else. */
export function skipProblems(report: ExtractionReport, problems: readonly string[]): void {
  for (const problem of problems) {
    const [, path, why] = PROBLEM.exec(problem) ?? [];
    report.skip(path ?? '/', why ?? problem);
  }
}

/** The two forms of `tree-walk.ts`, and that of a part of a folder. */
const PROBLEM = /^(\/.*?)(?:: | was not entered, because | could not be listed: )(.*)$/s;

/** Why something of this kind is not made at all; null where it is. */
export function whyNever({ kind, unreadable }: FileFacts): string | null {
  if (unreadable !== null) return unreadable;
  switch (kind) {
    case 'file':
    case 'folder':
    case 'link':
      return null;
    case 'character-device':
    case 'block-device':
      return english`it is a device node`;
    case 'pipe':
      return english`it is a named pipe`;
    case 'socket':
      return english`it is a socket`;
    case 'unknown':
      return english`it is damaged`;
  }
}
