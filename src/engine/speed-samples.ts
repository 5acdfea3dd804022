/** How fast something went, over all of its time, in bounded memory: neighbours are merged when there are too many. */

/** Most points that are kept, however long it takes. */
export const MAX_POINTS = 240;

export interface SpeedCurve {
  /** Seconds that one point stands for; 0 when there is none. */
  readonly stepSeconds: number;
  /** Bytes per second. */
  readonly points: readonly number[];
}

export class SpeedSamples {
  /** Bytes of each step. */
  #bytes: number[] = [];
  #stepSeconds: number;

  /** `stepSeconds`: the finest that is told apart. */
  constructor(stepSeconds = 0.5) {
    this.#stepSeconds = stepSeconds;
  }

  /** So many bytes went through between two moments; both in seconds since the beginning, and never going back. */
  add(from: number, to: number, bytes: number): void {
    if (!(to > from) || !(bytes >= 0) || !(from >= 0) || !Number.isFinite(to + bytes)) return;
    while (to > this.#stepSeconds * MAX_POINTS) this.#merge();
    const step = this.#stepSeconds;
    const last = Math.min(MAX_POINTS - 1, Math.ceil(to / step) - 1);
    for (let at = Math.floor(from / step); at <= last; at += 1) {
      const share = (Math.min(to, (at + 1) * step) - Math.max(from, at * step)) / (to - from);
      while (this.#bytes.length <= at) this.#bytes.push(0);
      this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes * Math.max(0, share);
    }
  }

  curve(): SpeedCurve {
    const points = this.#bytes.map((bytes) => Math.round(bytes / this.#stepSeconds));
    return { stepSeconds: points.length === 0 ? 0 : this.#stepSeconds, points };
  }

  #merge(): void {
    const merged: number[] = [];
    for (let at = 0; at < this.#bytes.length; at += 2) {
      merged.push((this.#bytes[at] ?? 0) + (this.#bytes[at + 1] ?? 0));
    }
    this.#bytes = merged;
    this.#stepSeconds *= 2;
  }
}

const BLOCKS = '▁▂▃▄▅▆▇█';

/** The curve as a line of text, at most `width` letters; empty when there is nothing to draw. */
export function sparkline({ points }: Pick<SpeedCurve, 'points'>, width = 60): string {
  const most = Math.max(0, ...points);
  if (points.length === 0 || most <= 0) return '';
  const columns = Math.min(width, points.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * points.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * points.length) / columns));
    const slice = points.slice(from, to);
    const mean = slice.reduce((sum, point) => sum + Math.max(0, point), 0) / slice.length;
    return BLOCKS[Math.min(7, Math.round((mean / most) * 7))] ?? '';
  }).join('');
}
