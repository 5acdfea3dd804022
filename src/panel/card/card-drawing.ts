/** Where the cells of a card's picture lie and what each looks like: a grid, read line by line. Pure. */

import type { PlanView } from '../../contract/panel.ts';

/** Cells in a line. */
const COLUMNS = 40;
/** From one cell to the next, in units of the drawing. */
const PITCH = 7.2;
const CELL = 5.4;
const MARGIN = 9;
/** The least that a cell with anything to read shows. */
const SMALLEST = 2.4;
const DOT = 1.5;
const FULL = 255;
const WIDTH = COLUMNS * PITCH - (PITCH - CELL) + 2 * MARGIN;
const CORNER = 8;
const NOTCH = 12;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The shape of a memory card. */
  readonly outline: string;
  /** Dots where nothing is read. */
  readonly free: string;
  /** One for each partition, by its place in the plan. */
  readonly parts: readonly DrawnPart[];
  /** What is read outside the partitions. */
  readonly outside: DrawnPart;
}

/** Paths; empty where there is nothing of the kind. */
export interface DrawnPart {
  /** The line around its cells. */
  readonly region: string;
  /** Squares as large as what is to be read there. */
  readonly wanted: string;
  /** The same squares, as far as they have been copied. */
  readonly copied: string;
}

/** `portion` is how much of what will be read has been copied, from 0 to 1. */
export function draw(plan: PlanView, portion: number): Drawing {
  const { cells, partitions } = plan;
  const copied = copiedParts(cells, portion);
  const owners = ownersOf(plan);
  const drawn = (place: number | null): DrawnPart => {
    const own = cells.flatMap((share, cell) =>
      share > 0 && owners[cell] === place ? [{ cell, length: side(share) }] : [],
    );
    return {
      region: place === null ? '' : region(owners, place),
      wanted: own.map(({ cell, length }) => square(cell, length)).join(''),
      copied: own.map(({ cell, length }) => square(cell, length, copied[cell])).join(''),
    };
  };
  const height = Math.ceil(cells.length / COLUMNS) * PITCH - (PITCH - CELL) + 2 * MARGIN;
  return {
    width: WIDTH,
    height,
    outline: outline(WIDTH, height),
    free: cells.map((share, cell) => (share === 0 ? square(cell, DOT) : '')).join(''),
    parts: partitions.map((_, place) => drawn(place)),
    outside: drawn(null),
  };
}

/**
 * How much of each cell has been copied, from 0 to 1, when `portion` of everything has: cells are read in their order, so
 * all before one place are complete and none behind it is begun.
 */
export function copiedParts(cells: readonly number[], portion: number): number[] {
  const total = cells.reduce((sum, share) => sum + share, 0);
  let left = Math.min(1, Math.max(0, portion)) * total;
  return cells.map((share) => {
    const part = share === 0 ? 0 : Math.min(1, left / share);
    left = Math.max(0, left - share);
    return part;
  });
}

/** For each cell the place in the plan of the partition that has most of it; null where there is none. */
export function ownersOf({ bytes, partitions, cells }: PlanView): (number | null)[] {
  return cells.map((_, cell) => {
    const start = (cell / cells.length) * bytes;
    const end = ((cell + 1) / cells.length) * bytes;
    let owner: number | null = null;
    let most = 0;
    for (const [place, part] of partitions.entries()) {
      const inside = Math.min(end, part.offset + part.bytes) - Math.max(start, part.offset);
      if (inside <= most) continue;
      most = inside;
      owner = place;
    }
    return owner;
  });
}

/** The line around every unbroken run of a partition's cells. */
function region(owners: readonly (number | null)[], place: number): string {
  let path = '';
  for (let cell = 0; cell < owners.length; cell++) {
    if (owners[cell] !== place) continue;
    const first = cell;
    while (owners[cell + 1] === place) cell++;
    path += around(first, cell);
  }
  return path;
}

/** The line around the cells from `first` to `last`, in the middle of the gaps between them. */
function around(first: number, last: number): string {
  const [top, left] = [Math.floor(first / COLUMNS), first % COLUMNS];
  const [bottom, right] = [Math.floor(last / COLUMNS), (last % COLUMNS) + 1];
  if (top === bottom) return line([left, top], [right, top], [right, top + 1], [left, top + 1]);
  if (top + 1 === bottom && right <= left) {
    return (
      line([left, top], [COLUMNS, top], [COLUMNS, bottom], [left, bottom]) +
      line([0, bottom], [right, bottom], [right, bottom + 1], [0, bottom + 1])
    );
  }
  return line(
    [left, top],
    [COLUMNS, top],
    [COLUMNS, bottom],
    [right, bottom],
    [right, bottom + 1],
    [0, bottom + 1],
    [0, top + 1],
    [left, top + 1],
  );
}

function line(...corners: readonly (readonly [column: number, row: number])[]): string {
  const edge = MARGIN - (PITCH - CELL) / 2;
  const points = corners.map(([x, y]) => `${round(edge + x * PITCH)} ${round(edge + y * PITCH)}`);
  return `M${points.join('L')}z`;
}

function side(share: number): number {
  return SMALLEST + (CELL - SMALLEST) * Math.sqrt(share / FULL);
}

/** A square in the middle of its cell; `part` of it, from the left. */
function square(cell: number, length: number, part = 1): string {
  if (part === 0) return '';
  const x = MARGIN + (cell % COLUMNS) * PITCH + (CELL - length) / 2;
  const y = MARGIN + Math.floor(cell / COLUMNS) * PITCH + (CELL - length) / 2;
  const [across, down] = [round(length * part), round(length)];
  return `M${round(x)} ${round(y)}h${across}v${down}h${-across}z`;
}

function outline(width: number, height: number): string {
  const [right, bottom] = [round(width - 0.5), round(height - 0.5)];
  return (
    `M${CORNER} .5H${round(right - NOTCH - 3)}q2 0 3.5 1.5L${right - 1.5} ${NOTCH - 1.5}q1.5 1.5 1.5 3.5` +
    `V${bottom - CORNER}q0 ${CORNER} ${-CORNER} ${CORNER}H${CORNER}` +
    `Q.5 ${bottom} .5 ${bottom - CORNER}V${CORNER}Q.5 .5 ${CORNER} .5z`
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
