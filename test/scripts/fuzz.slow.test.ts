/** A share of what `npm run fuzz -- --cases 1000000` does, with other cases each day. */

import { describe, expect, it } from 'vitest';
import { allNames } from '../../scripts/fuzz/choose.ts';
import { fuzz } from '../../scripts/fuzz/watchdog.ts';

const CASES = 60_000;
const DAY_MS = 24 * 3600_000;

describe('the fuzzer, for longer,', () => {
  it('finds nothing', { timeout: 30 * 60_000 }, async () => {
    const first = (Math.floor(Date.now() / DAY_MS) * CASES) % 2 ** 30;
    const { runs, findings } = await fuzz({ names: allNames(), first, runs: CASES });
    expect(findings).toEqual([]);
    expect(runs).toBe(CASES);
  });
});
