/** Size and place of the full window, kept in a small file of the app's own. */

import type { Rectangle } from 'electron';
import * as v from 'valibot';
import { readJsonFile, writeJsonFile } from '../library/json-file.ts';

/** In points, as Electron counts. The library stands beside its pages from 860 on. */
const WANTED = { width: 1000, height: 700 };
const SMALLEST = { width: 480, height: 400 };
export const smallestWindow = { minWidth: SMALLEST.width, minHeight: SMALLEST.height };

/** No screen reaches so far; Electron throws at numbers of more than 32 bits. */
const FARTHEST = 1_000_000;
const MAX_FILE_BYTES = 4096;
const point = v.pipe(v.number(), v.integer(), v.minValue(-FARTHEST), v.maxValue(FARTHEST));
const placeSchema = v.object({ x: point, y: point, width: point, height: point });

/** What was saved; null where there is nothing, or nothing that makes sense: the window then opens as the first time. */
export function readWindowPlace(file: string): Promise<Rectangle | null> {
  return readJsonFile(file, placeSchema, MAX_FILE_BYTES);
}

/** Throws SETTINGS_INVALID when it cannot be written. */
export function saveWindowPlace(file: string, { x, y, width, height }: Rectangle): Promise<void> {
  return writeJsonFile(file, { x, y, width, height });
}

/** A saved place that lies on `area`, the free part of the screen nearest to it; in its middle the first time. */
export function fitWindow(saved: Rectangle | null, area: Rectangle): Rectangle {
  const size = (of: 'width' | 'height') =>
    Math.min(area[of], Math.max(SMALLEST[of], saved?.[of] ?? WANTED[of]));
  const [width, height] = [size('width'), size('height')];
  const within = (at: number, from: number, room: number) =>
    Math.round(Math.min(Math.max(at, from), from + room));
  const spare = { x: area.width - width, y: area.height - height };
  return {
    x: within(saved?.x ?? area.x + spare.x / 2, area.x, spare.x),
    y: within(saved?.y ?? area.y + spare.y / 2, area.y, spare.y),
    width,
    height,
  };
}
