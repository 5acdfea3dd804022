/** Lines that say how far the work is: drawn over and over on a terminal, in steps elsewhere. One, or one a disk. */

import type { Phase, Progress } from '../worker/progress.ts';
import type { Output } from './output.ts';
import { plainText } from './plain-text.ts';
import { progressLine } from './progress-line.ts';

/** Milliseconds between two drawings of a live line. */
const DRAW_EVERY = 100;
/** Without a terminal a line is printed at every new phase and at every tenth of it. */
const PLAIN_STEPS = 10;
/** Columns of a line that is not drawn over. */
const PLAIN_COLUMNS = 200;

interface Line {
  phase: Phase;
  step: number;
  drawnAt: number;
  text: string;
}

export class LiveLines {
  readonly #output: Output;
  readonly #now: () => number;
  /** By disk, in the order of their first progress. */
  readonly #lines = new Map<string, Line>();
  /** Rows of the terminal that are drawn over; the cursor is at the end of the last. */
  #rows = 0;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  /** `disk` is null where only one is worked on. */
  show(progress: Progress, disk: string | null): void {
    if (this.#output.isTerminal) this.#draw(progress, disk);
    else this.#step(progress, disk);
  }

  /** What is said next stands below the lines, which stay as they are. */
  end(): void {
    if (!this.#output.isTerminal || this.#rows === 0) return;
    this.#output.write('\n');
    this.#rows = 0;
    this.#lines.clear();
  }

  /** Progress of one phase seldom matters more often than the eye can follow; its last line always does. */
  #draw(progress: Progress, disk: string | null): void {
    const now = this.#now();
    const key = disk ?? '';
    const last = this.#lines.get(key);
    const isNew = last?.phase !== progress.phase;
    const isLast = progress.bytes === progress.total;
    if (!isNew && !isLast && now - last.drawnAt < DRAW_EVERY) return;
    // A phase of one disk begins a line of its own; those of several share the disk's line.
    if (isNew && disk === null) this.end();
    const { phase } = progress;
    const text = labelled(progress, disk, this.#output.columns);
    this.#lines.set(key, { phase, step: 0, drawnAt: now, text });
    const up = this.#rows > 1 ? `\u001b[${this.#rows - 1}A` : '';
    const rows = [...this.#lines.values()].map((line) => `\u001b[K${line.text}`);
    this.#output.write(`\r${up}${rows.join('\n')}`);
    this.#rows = rows.length;
  }

  #step(progress: Progress, disk: string | null): void {
    const { phase, bytes, total } = progress;
    const key = disk ?? '';
    const step = total > 0 ? Math.floor((bytes / total) * PLAIN_STEPS) : 0;
    const last = this.#lines.get(key);
    if (last?.phase === phase && step <= last.step) return;
    this.#lines.set(key, { phase, step, drawnAt: 0, text: '' });
    this.#output.write(`${labelled(progress, disk, PLAIN_COLUMNS)}\n`);
  }
}

function labelled(progress: Progress, disk: string | null, columns: number): string {
  if (disk === null) return progressLine(progress, columns);
  const label = `${plainText(disk)}: `;
  return `${label}${progressLine(progress, columns - label.length)}`;
}
