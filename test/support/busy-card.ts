/** Atomic snapshots of a mounted ext file system that is being written to: cards pulled from a running Pi. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { emptyImage, tool } from './file-systems.ts';
import { attachLoop } from './loop.ts';

const MIB = 1024 * 1024;

/** A folder on XFS, where a file can be copied at one instant while it is being written to. */
export interface Shelf {
  readonly path: string;
  /** The content of `from` at one instant. */
  copy(from: string, to: string): void;
  remove(): Promise<void>;
}

export async function makeShelf(bytes = 3 * 1024 * MIB): Promise<Shelf> {
  const folder = mkdtempSync(join(tmpdir(), 'pikeep-shelf-'));
  const undo: (() => Promise<void> | void)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  const remove = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const image = emptyImage(join(folder, 'xfs.img'), bytes);
    tool('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    const loop = await attachLoop(image);
    undo.push(() => loop.detach());
    const path = join(folder, 'shelf');
    mkdirSync(path);
    tool('mount', ['-t', 'xfs', loop.path, path]);
    undo.push(() => void tool('umount', [path]));
    return {
      path,
      copy: (from, to) => void tool('cp', ['--reflink=always', from, to]),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface BusyCardOptions {
  readonly bytes: number;
  /** For mke2fs, the type included. */
  readonly make: readonly string[];
  readonly mount?: string;
  readonly seed: number;
  readonly snapshots: number;
  /** How many lines of the writer (25 operations each) pass between two snapshots. */
  readonly turns?: number;
}

/** Makes, mounts and writes to a card on the shelf; returns the paths of its snapshots. */
export async function pullBusyCard(shelf: Shelf, options: BusyCardOptions): Promise<string[]> {
  const image = emptyImage(join(shelf.path, 'card.img'), options.bytes);
  const mounted = join(shelf.path, 'card');
  const snapshots: string[] = [];
  const undo: (() => Promise<void> | void)[] = [() => rmSync(image)];
  try {
    tool('mke2fs', ['-q', '-F', ...options.make, image]);
    const loop = await attachLoop(image, { directIo: true });
    undo.push(() => loop.detach());
    mkdirSync(mounted);
    undo.push(() => rmSync(mounted, { recursive: true }));
    tool('mount', ['-t', 'ext4', '-o', options.mount ?? 'defaults', loop.path, mounted]);
    undo.push(() => void tool('umount', [mounted]));
    const writer = startWriter(mounted, options.seed);
    undo.push(() => writer.stop());
    const turns = options.turns ?? 6;
    for (let count = 0; count < options.snapshots; count++) {
      await writer.turns(turns + (count % 3));
      const snapshot = join(shelf.path, `snapshot-${options.seed}-${count}.img`);
      shelf.copy(image, snapshot);
      snapshots.push(snapshot);
    }
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
  return snapshots;
}

/** Lets the writer do so many turns of 25 operations in a mounted file system. */
export async function runWriter(folder: string, seed: number, turns: number): Promise<void> {
  const writer = startWriter(folder, seed);
  try {
    await writer.turns(turns);
  } finally {
    await writer.stop();
  }
}

function startWriter(folder: string, seed: number) {
  const program = resolve(import.meta.dirname, 'busy-writer.ts');
  const child = spawn(process.execPath, [program, folder, String(seed)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async turns(count: number): Promise<void> {
      for (let turn = 0; turn < count; turn++) {
        if ((await lines.next()).done) throw new Error('the writer ended early');
      }
    },
    /** At once: nothing that it is about to do matters any more. */
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
