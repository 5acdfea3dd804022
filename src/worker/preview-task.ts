/** A first look into one file: a text, a picture, or why neither is shown. */

import { PiKeepError } from '../engine/errors.ts';
import { parsePlace, treeAt } from '../engine/file-place.ts';
import type { FileTree } from '../engine/file-tree.ts';
import { formatBytes } from '../engine/format.ts';
import { guessContent } from '../engine/guess-content.ts';
import { say } from '../language/say.ts';
import { MAX_PICTURE_BYTES, MAX_TEXT_BYTES, type PreviewResult } from './file-results.ts';
import { cutPath, cutText, exact } from './listed-file.ts';
import { openFiles } from './open-files.ts';
import type { TaskContext } from './task-context.ts';
import type { PreviewTask } from './tasks.ts';

/** Throws what opening throws; USAGE, NO_SUCH_FILE, FILE_DAMAGED, UNSUPPORTED. Links are followed, inside their partition. */
export async function runPreview(task: PreviewTask, context: TaskContext): Promise<PreviewResult> {
  const place = parsePlace(task.path);
  const platform = await context.createPlatform({ slot: task.source.slot });
  const opened = await openFiles({ ...task, platform, destination: null }, context);
  try {
    const tree = treeAt(place, opened.trees, opened.roles, opened.card);
    const path = await tree.resolve(place.path);
    const facts = path === null ? null : await tree.facts(path);
    if (path === null || facts?.kind !== 'file') {
      throw new PiKeepError('NO_SUCH_FILE', { path: place.path, what: 'file' });
    }
    opened.wasUnreadable();
    const shown = await look(tree, path, facts.bytes, context.signal);
    return {
      task: 'preview',
      target: task.target,
      partition: tree.partition,
      path: cutPath(path),
      bytes: exact(facts.bytes),
      shown,
      isIncomplete: opened.wasUnreadable(),
    };
  } finally {
    await opened.close();
  }
}

async function look(
  tree: FileTree,
  path: string,
  bytes: number,
  signal: AbortSignal,
): Promise<PreviewResult['shown']> {
  const head = await start(tree, path, MAX_TEXT_BYTES, signal);
  const guess = guessContent(head, bytes > head.length);
  if (guess.kind === 'text') return { ...guess, isCut: bytes > head.length };
  if (guess.kind === 'nothing') return { kind: 'nothing', why: cutText(guess.why) };
  if (bytes > MAX_PICTURE_BYTES) {
    const why = say`it is a picture of ${formatBytes(bytes)}, and only those up to ${formatBytes(MAX_PICTURE_BYTES)} are shown`;
    return { kind: 'nothing', why };
  }
  const whole = await start(tree, path, MAX_PICTURE_BYTES, signal);
  const data = Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('base64');
  return { kind: 'picture', mediaType: guess.mediaType, data };
}

/** The first bytes of a file; holes are zeros. */
async function start(
  tree: FileTree,
  path: string,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const { bytes, data } of tree.read(path, { signal })) {
    const wanted = Math.min(bytes, most - length);
    parts.push(data ? data.slice(0, wanted) : new Uint8Array(wanted));
    length += wanted;
    if (length === most) break;
  }
  return Buffer.concat(parts);
}
