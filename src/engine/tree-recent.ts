/** Remembers files that were just found, because what was listed is usually read next. Bounded. */

import { joinPath, nameText } from './file-name.ts';
import type { Found } from './tree-lookup.ts';

const MAX_KEPT = 16_384;
/** Longer paths are looked up again each time. */
const MAX_LETTERS = 1024;

export class RecentNodes<P> {
  readonly #known = new Map<string, Found<P>>();

  add(found: Found<P>): void {
    if (found.path.length > MAX_LETTERS) return;
    this.#known.delete(found.path);
    this.#known.set(found.path, found);
    if (this.#known.size <= MAX_KEPT) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }

  get(folder: string, name: Uint8Array): Found<P> | null {
    return this.#known.get(joinPath(folder, nameText(name))) ?? null;
  }
}
