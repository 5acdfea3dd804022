/** All faults, in the order of the table. */

import { destinationRows } from './rows-destination.ts';
import { killedRows } from './rows-killed.ts';
import { openingRows } from './rows-opening.ts';
import { powerRows } from './rows-power.ts';
import { readerRows } from './rows-reader.ts';
import type { Row } from './scene.ts';

export const rows: readonly Row[] = [
  ...readerRows,
  ...openingRows,
  ...destinationRows,
  ...killedRows,
  ...powerRows,
];
