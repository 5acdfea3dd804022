/** A block device that claims to be larger than it is, as counterfeits do; or as large. Needs root and nbdfuse. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nbdDevice } from './nbd-device.ts';
import { type NbdMedium, serveNbd } from './nbd-server.ts';

export interface Counterfeit {
  /** What it claims. */
  readonly bytes: number;
  /**
   * wraps: an address past the true size leads to an earlier place, as when its upper bits are ignored. drops: what is written
   * past it is gone, and reads as zeros.
   */
  readonly how: 'wraps' | 'drops';
  /** Of the end of one that drops, what is kept all the same, as by a cache. */
  readonly keptAtEnd?: number;
  /** Called when a write is on the medium, before anybody is told so. */
  readonly onWritten?: (offset: number) => void;
}

/** `medium` is what it truly holds; it is changed by what is written. Use `path` ("/dev/loop4") while it is open. */
export async function counterfeitCard(
  medium: Buffer,
  claims: Counterfeit,
): Promise<{ readonly path: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-counterfeit-'));
  const socket = join(folder, 'nbd.sock');
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const server = await serveNbd(socket, behind(medium, claims));
    undo.push(() => server.close());
    const device = await nbdDevice({ socket, bytes: claims.bytes, directIo: true });
    undo.push(() => device.close());
    return { path: device.path, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function behind(medium: Buffer, { bytes, how, keptAtEnd = 0, onWritten }: Counterfeit): NbdMedium {
  const end = Buffer.alloc(keptAtEnd);
  const endAt = bytes - keptAtEnd;
  /** Where `at` leads, and how far; null for nowhere. */
  const place = (at: number): { part: Buffer | null; bytes: number } => {
    if (how === 'wraps') return { part: medium.subarray(at % medium.length), bytes };
    if (at < medium.length) return { part: medium.subarray(at), bytes };
    if (at >= endAt) return { part: end.subarray(at - endAt), bytes };
    return { part: null, bytes: endAt - at };
  };
  const each = (
    length: number,
    offset: number,
    visit: (part: Buffer | null, from: number, to: number) => void,
  ): void => {
    for (let from = 0; from < length; ) {
      const { part, bytes: most } = place(offset + from);
      const to = Math.min(length, from + (part?.length ?? most));
      visit(part, from, to);
      from = to;
    }
  };
  return {
    bytes,
    read(into, offset) {
      each(into.length, offset, (part, from, to) => {
        if (part) part.copy(into, from, 0, to - from);
        else into.fill(0, from, to);
      });
    },
    write(data, offset) {
      each(data.length, offset, (part, from, to) => void (part && data.copy(part, 0, from, to)));
      onWritten?.(offset);
    },
  };
}
