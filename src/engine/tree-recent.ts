/** Remembers files that were just found, because what was listed is usually read next. Bounded. */

import { joinPath, nameText } from './file-name.ts';
import type { Found } from './tree-lookup.ts';

/** In each of two generations: the elder is forgotten as a whole, which costs less than one file after the other. */
const MAX_KEPT = 8192;
/** Longer paths are looked up again each time. */
const MAX_LETTERS = 1024;

export class RecentNodes<P> {
  #younger = new Map<string, Found<P>>();
  #elder = new Map<string, Found<P>>();

  add(found: Found<P>): void {
    if (found.path.length > MAX_LETTERS) return;
    if (this.#younger.size >= MAX_KEPT) {
      this.#elder = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(found.path, found);
  }

  get(folder: string, name: Uint8Array): Found<P> | null {
    const path = joinPath(folder, nameText(name));
    return this.#younger.get(path) ?? this.#elder.get(path) ?? null;
  }
}
