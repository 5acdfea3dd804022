/** Where one cell is played: folders of its own, the card, a target, and everything that is taken down behind it. */

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attachLoop, type LoopDevice, type LoopOptions } from '../../test/support/loop.ts';
import { type FaultyReader, faultyReader, type ReaderFaults } from '../../test/support/nbdkit.ts';
import type { Card } from './card.ts';
import { type Column, isBackup } from './cell.ts';

/** What all cells share, and nobody changes. */
export interface Props {
  readonly card: Card;
  /** Another card of the same size. */
  readonly other: Card;
  /** A proven backup of the card with all of it in its map, and its library. */
  readonly image: string;
  /** Old data, as long as a card. */
  readonly old: string;
  /** The library that is loaded before others. */
  readonly preload: string;
}

/** Bytes a second: seconds for a card, so that there is a middle. */
const PACE = 12 * 1024 * 1024;

export class Stage {
  readonly props: Props;
  readonly column: Column;
  readonly folder: string;
  readonly library: string;
  /** Where files are taken to. */
  readonly taken: string;
  /** A copy of the old card, to be written over. */
  readonly target: string;
  readonly #undo: (() => Promise<unknown> | unknown)[] = [];

  constructor(props: Props, column: Column, parent: string) {
    this.props = props;
    this.column = column;
    this.folder = mkdtempSync(join(parent, 'cell-'));
    // For the one cell whose command is somebody else's.
    chmodSync(this.folder, 0o755);
    this.#undo.push(() => rmSync(this.folder, { recursive: true, force: true }));
    this.library = join(this.folder, 'library');
    this.taken = join(this.folder, 'taken');
    this.target = join(this.folder, 'target.img');
    for (const folder of [this.library, this.taken]) mkdirSync(folder);
    if (column === 'restore') copyFileSync(props.old, this.target);
  }

  /** The file behind the card of this cell: what is read, or what is written. */
  get medium(): string {
    return this.column === 'restore' ? this.target : this.props.card.path;
  }

  get isWriting(): boolean {
    return this.column === 'restore';
  }

  async loop(image = this.medium, options: LoopOptions = {}): Promise<LoopDevice> {
    const loop = await attachLoop(image, { readOnly: !this.isWriting, ...options });
    this.later(() => loop.detach());
    return loop;
  }

  /** A reader with faults; it is slow, unless the faults say otherwise, so that there is time to fail. */
  async reader(faults: ReaderFaults, image = this.medium): Promise<FaultyReader> {
    const nowhere = { path: join(this.folder, 'never'), errno: 'EIO' } as const;
    const reader = await faultyReader(image, {
      bytesPerSecond: PACE,
      ...(this.isWriting || image !== this.medium ? { failWritesWhile: nowhere } : {}),
      ...faults,
    });
    this.later(() => reader.close());
    return reader;
  }

  /** The command of this column. */
  args({ device, library = this.library, taken = this.taken, image = this.props.image }: Places) {
    const { column } = this;
    const common = ['--json', '--allow-disk-image', '--library', library];
    if (isBackup(column)) return ['backup', device, '--format', column, ...common];
    if (column === 'verify') return ['verify', image, '--against', device, ...common];
    if (column === 'restore') return ['restore', image, device, '--yes', '--full', ...common];
    return ['extract', device, '2:/home/pi', taken, ...common];
  }

  later(undo: () => Promise<unknown> | unknown): void {
    this.#undo.push(undo);
  }

  /** Takes everything down, the last first; what resists is told in the end. */
  async strike(): Promise<void> {
    const troubles: unknown[] = [];
    for (let step = this.#undo.pop(); step; step = this.#undo.pop()) {
      try {
        await step();
      } catch (error) {
        troubles.push(error);
      }
    }
    if (troubles.length > 0) throw new AggregateError(troubles, 'not all could be taken down');
  }
}

export interface Places {
  readonly device: string;
  readonly library?: string;
  readonly taken?: string;
  readonly image?: string;
}
