/** Manifests that were read before and have not changed since: a library of many backups is read once, not at every look. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errnoOf } from '../engine/errors.ts';
import { MAX_MANIFEST_BYTES } from '../engine/image/manifest.ts';
import { say } from '../language/say.ts';
import { type BackupFacts, backupFacts } from './backup-facts.ts';
import { type FileStamp, type FoundFile, problemWords } from './library-files.ts';
import { readManifestHead } from './manifest-head.ts';
import { NoAnswer, type Patience, patiently } from './patience.ts';

/** What a manifest is: facts, or why it cannot be used, in words that follow its path. */
export type ManifestLook =
  | { readonly facts: BackupFacts }
  | { readonly facts: null; readonly problem: string };

/** Of all libraries together; more than there can be in one. */
const MAX_KEPT = 20_000;

/** One for as long as the process lives; it holds nothing that cannot be read again. */
export class ManifestCache {
  readonly #kept = new Map<string, { readonly stamp: string; readonly look: ManifestLook }>();
  /** Which image belongs to which manifest, where only the content could tell. */
  readonly #contents = new Map<string, boolean>();

  /** How many it holds. */
  get size(): number {
    return this.#kept.size;
  }

  /** Lets go of those below `library` that are not `present`: all that a library ever held would be kept otherwise. */
  keepOnly(library: string, present: ReadonlySet<string>): void {
    const below = join(library, sep);
    for (const path of this.#kept.keys()) {
      if (path.startsWith(below) && !present.has(path)) this.#kept.delete(path);
    }
  }

  /** Throws INTERRUPTED; everything else is a problem of that manifest. */
  async look(file: FoundFile, patience: Patience): Promise<ManifestLook> {
    const stamp = stampText(file.stamp);
    const kept = this.#kept.get(file.path);
    if (kept?.stamp === stamp) return kept.look;
    const { look, lasts } = await lookAt(file, patience);
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    if (lasts) this.#kept.set(file.path, { stamp, look });
    return look;
  }

  /** Whether `image` holds what `manifest` says; asked once for each pair of files as they are. */
  async fits(
    manifest: FoundFile,
    image: FoundFile,
    compare: () => Promise<boolean>,
  ): Promise<boolean> {
    const key = [manifest, image].map(({ path, stamp }) => `${path}\0${stampText(stamp)}`).join();
    const known = this.#contents.get(key);
    if (known !== undefined) return known;
    const fits = await compare();
    if (this.#contents.size >= MAX_KEPT) this.#contents.clear();
    this.#contents.set(key, fits);
    return fits;
  }
}

/** `lasts`: the answer stays the same until the file changes. */
async function lookAt(
  file: FoundFile,
  patience: Patience,
): Promise<{ look: ManifestLook; lasts: boolean }> {
  const problem = (text: string, lasts: boolean): { look: ManifestLook; lasts: boolean } => ({
    look: { facts: null, problem: text },
    lasts,
  });
  if (file.stamp.size > MAX_MANIFEST_BYTES)
    return problem(say`it is too large for a manifest`, true);
  try {
    const head = await patiently(() => readManifestHead(file.path), patience);
    const facts = head && backupFacts(head);
    if (facts) return { look: { facts }, lasts: true };
    await patiently(() => fs.access(file.path, constants.R_OK), patience);
    return problem(say`it is damaged, or no manifest that this PiKeep knows`, true);
  } catch (error) {
    if (!(error instanceof NoAnswer) && errnoOf(error) === null) throw error;
    return problem(problemWords(error), false);
  }
}

function stampText({ dev, ino, size, mtimeMs, ctimeMs }: FileStamp): string {
  return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
