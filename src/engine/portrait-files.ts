/** The few files a portrait is drawn from, read with bounds. What is missing, damaged or unreadable is simply not there. */

import { isPiKeepError } from './errors.ts';
import type { FileFacts, FileTree } from './file-tree.ts';

/** For a file of settings. */
export const MAX_SETTINGS_BYTES = 64 * 1024;
/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 4096;

/** Paths lead from the root of one file system; links are followed inside of it. Only a card that has left throws. */
export class PortraitFiles {
  readonly tree: FileTree;
  readonly #signal: AbortSignal | undefined;

  constructor(tree: FileTree, signal?: AbortSignal) {
    this.tree = tree;
    this.#signal = signal;
  }

  /** Whether there is anything of this name; a link counts wherever it leads. */
  async has(path: string): Promise<boolean> {
    return (await this.facts(path)) !== null;
  }

  async facts(path: string): Promise<FileFacts | null> {
    return orNull(() => this.tree.facts(path, this.#options()));
  }

  async linkTarget(path: string): Promise<string | null> {
    return orNull(() => this.tree.linkTarget(path, this.#options()));
  }

  /** A file as UTF-8 text, whatever bytes it holds; null when it is no file or larger than `maxBytes`. */
  async text(path: string, maxBytes = MAX_SETTINGS_BYTES): Promise<string | null> {
    const bytes = await this.bytes(path, maxBytes);
    return bytes && new TextDecoder().decode(bytes);
  }

  async bytes(path: string, maxBytes: number): Promise<Uint8Array | null> {
    return this.#readAt(path, maxBytes, false);
  }

  /** The beginning of a file of any size. */
  async head(path: string, bytes: number): Promise<Uint8Array | null> {
    return this.#readAt(path, bytes, true);
  }

  /** What is in a folder, in the order of the disk, as far as it can be read; empty where there is none. */
  async list(path: string, most = MAX_ENTRIES): Promise<FileFacts[]> {
    const found: FileFacts[] = [];
    await orNull(async () => {
      const folder = await this.tree.resolve(path, this.#options());
      if (folder === null || most <= 0) return;
      for await (const entry of this.tree.list(folder, this.#options())) {
        found.push(entry);
        if (found.length >= most) break;
      }
    });
    return found;
  }

  async #readAt(path: string, maxBytes: number, cut: boolean): Promise<Uint8Array | null> {
    return orNull(async () => {
      const file = await this.tree.resolve(path, this.#options());
      const facts = file === null ? null : await this.tree.facts(file, this.#options());
      if (file === null || facts?.kind !== 'file') return null;
      if (facts.bytes > maxBytes && !cut) return null;
      const content = new Uint8Array(Math.min(facts.bytes, maxBytes));
      for await (const { offset, data } of this.tree.read(file, this.#options())) {
        if (offset >= content.length) break;
        if (data) content.set(data.subarray(0, content.length - offset), offset);
      }
      return content;
    });
  }

  #options(): { signal: AbortSignal | undefined } {
    return { signal: this.#signal };
  }
}

/** A range that cannot be read costs a portrait one stroke, not all of it. */
async function orNull<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    const isMissing = isPiKeepError(
      error,
      'NO_SUCH_FILE',
      'FILE_DAMAGED',
      'UNSUPPORTED',
      'USAGE',
      'READ_FAILED',
    );
    if (isMissing) return null;
    throw error;
  }
}
