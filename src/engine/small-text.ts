/** A file of settings on a card, read with bounds; why it cannot be used is told apart from its not being there. */

import { english } from '../language/english.ts';
import { isPiKeepError } from './errors.ts';
import type { FileTree } from './file-tree.ts';

/** Nobody's settings are longer (bytes). */
export const MAX_SETTINGS_BYTES = 256 * 1024;

export type SmallText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  /** `why` completes "it cannot be used, because …". */
  | { readonly kind: 'unusable'; readonly why: string };

/** Links are followed inside of the tree. Throws INTERRUPTED, DEVICE_GONE and the like. */
export async function readSmallText(
  tree: FileTree,
  path: string,
  signal?: AbortSignal,
): Promise<SmallText> {
  try {
    const place = await tree.resolve(path, { signal });
    const facts = place === null ? null : await tree.facts(place, { signal });
    if (place === null || facts?.kind !== 'file') return { kind: 'missing' };
    if (facts.bytes > MAX_SETTINGS_BYTES) {
      return {
        kind: 'unusable',
        why: english`it is ${facts.bytes} bytes long, which no file of settings is`,
      };
    }
    const bytes = Buffer.alloc(facts.bytes);
    for await (const { offset, data } of tree.read(place, { signal })) {
      if (data) bytes.set(data, offset);
    }
    if (bytes.includes(0))
      return { kind: 'unusable', why: english`it holds bytes that are no text` };
    return { kind: 'text', text: bytes.toString('utf8') };
  } catch (error) {
    return { kind: 'unusable', why: troubleOf(error) };
  }
}

/** What is wrong with one file, in words; throws what is about more than that. */
export function troubleOf(error: unknown): string {
  if (isPiKeepError(error, 'FILE_DAMAGED', 'IMAGE_DAMAGED')) return error.facts.detail;
  if (isPiKeepError(error, 'UNSUPPORTED')) return error.facts.what;
  if (isPiKeepError(error, 'READ_FAILED'))
    return english`byte ${error.facts.offset} cannot be read`;
  throw error;
}
