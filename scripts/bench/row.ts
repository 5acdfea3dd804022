/** What a row of the benchmark is, and what it leaves. */

export interface BenchCard {
  /** The image file that plays the card. */
  readonly image: string;
  readonly bytes: number;
  /** Bytes that the image occupies: what the card really holds. */
  readonly storedBytes: number;
}

export interface BenchContext {
  readonly card: BenchCard;
  /** An empty folder on a real disk for everything a row writes; emptied after each row. */
  readonly folder: string;
  /** Measured runs of each side, at least 3. */
  readonly runs: number;
  /** A line about what is going on. */
  readonly say: (line: string) => void;
}

export interface Row {
  /** Names the row for --rows. */
  readonly name: string;
  /** Runs both sides in turns and answers one result a figure. */
  measure(context: BenchContext): Promise<readonly Result[]>;
}

export interface Result {
  readonly what: string;
  readonly against: string;
  /** Every measured run, in `unit`. */
  readonly ours: readonly number[];
  /** Null where the figure stands for itself. */
  readonly theirs: readonly number[] | null;
  readonly unit: 's' | 'MB';
  /** The ratio of the medians, or the median itself where there is no other side. */
  readonly figure: number;
  /** The figure to reach: at most this; Infinity in a row for comparison. */
  readonly reach: number;
}

/** A ratio of medians. */
export function ratio(
  what: string,
  against: string,
  reach: number,
  ours: readonly number[],
  theirs: readonly number[],
): Result {
  const figure = median(ours) / median(theirs);
  return { what, against, ours, theirs, unit: 's', figure, reach };
}

/** A figure with a limit of its own; the worst run counts. */
export function limit(what: string, reach: number, ours: readonly number[]): Result {
  return { what, against: '—', ours, theirs: null, unit: 'MB', figure: Math.max(...ours), reach };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('a median of nothing');
  return (upper + lower) / 2;
}
