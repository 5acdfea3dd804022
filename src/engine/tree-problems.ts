/** What was found damaged in a tree of files: the first hundred in words, all of them counted. */

const MAX_KEPT = 100;
const MAX_LETTERS = 600;

export class TreeProblems {
  readonly #kept: string[] = [];
  readonly #seen = new Set<string>();
  #count = 0;

  /** The same words twice are one problem, as far as they are remembered. */
  add(what: string): void {
    const text = what.length > MAX_LETTERS ? `${what.slice(0, MAX_LETTERS)}…` : what;
    if (this.#seen.has(text)) return;
    this.#count++;
    if (this.#kept.length >= MAX_KEPT) return;
    this.#seen.add(text);
    this.#kept.push(text);
  }

  get list(): readonly string[] {
    return this.#kept;
  }

  get count(): number {
    return this.#count;
  }
}
