import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Counterfeit, counterfeitCard } from '../support/counterfeit.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, type Event, pikeep } from './run-pikeep.ts';
import { cardTools, makeSmallCard } from './small-card.ts';

const MIB = 1024 * 1024;
const CARD_BYTES = 64 * MIB;
/** A Pi's card up to here, then noise. */
const NOISE_AT = 36 * MIB;
const notHere = needsLoop() || needsTools(...cardTools, 'nbdfuse');

describe.skipIf(notHere)('restoring to a card that is smaller than it says', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  /** Without a map, so that all of it is written. */
  let image: string;
  beforeAll(async () => {
    folder = temporaryFolder();
    image = join(folder.path, 'octopi.img');
    await makeSmallCard(image, { bytes: CARD_BYTES });
    const fd = openSync(image, 'r+');
    const noise = randomFillSync(Buffer.alloc(CARD_BYTES - NOISE_AT));
    writeSync(fd, noise, 0, noise.length, NOISE_AT);
    closeSync(fd);
  });
  afterAll(() => folder.remove());

  const run = async (...args: string[]): Promise<Ended> => {
    const options = ['--allow-disk-image', '--library', join(folder.path, 'library'), '--json'];
    const env = { XDG_STATE_HOME: join(folder.path, 'state') };
    const ended = await pikeep([...args, ...options], { env });
    expect(undocumented(ended.events)).toEqual([]);
    return ended;
  };

  /** Restores to a counterfeit of so many true bytes; also says what `list` calls it afterwards. */
  const restoreTo = async (real: number, claims: Omit<Counterfeit, 'bytes'>) => {
    const medium = randomFillSync(Buffer.alloc(real));
    const before = Buffer.from(medium);
    const card = await counterfeitCard(medium, { bytes: CARD_BYTES, ...claims });
    try {
      const { code, last } = await run('restore', image, card.path, '--yes');
      const disks = (await run('list')).last['disks'] as (Event & { path: string })[];
      const listed = disks.find(({ path }) => path === card.path);
      return { code, last, listed, isUntouched: medium.equals(before) };
    } finally {
      await card.close();
    }
  };

  it('is refused before anything is lost, where the address wraps around at a power of two', async () => {
    const real = 32 * MIB;
    const { code, last, listed, isUntouched } = await restoreTo(real, { how: 'wraps' });
    expect(last).toMatchObject({
      code: 'FAKE_CAPACITY',
      facts: { claimedBytes: CARD_BYTES, realBytes: real },
    });
    expect(code).toBe(6);
    expect(isUntouched).toBe(true);
    expect(listed).toMatchObject({ unfinished: null, unproven: null });
  });

  it('is refused before anything is lost, where what is written at its end is gone', async () => {
    const { code, last, isUntouched } = await restoreTo(40 * MIB, { how: 'drops' });
    expect(last).toMatchObject({ code: 'FAKE_CAPACITY', facts: { realBytes: null } });
    expect(code).toBe(6);
    expect(isUntouched).toBe(true);
  });

  it.each([
    ['where it wraps around at an odd size', 45 * MIB + 4096, { how: 'wraps' }],
    ['where a cache answers for its end', 40 * MIB, { how: 'drops', keptAtEnd: MIB }],
  ] as const)(
    'is found by reading back %s, and is not taken for restored',
    async (_, real, claims) => {
      const { code, last, listed, isUntouched } = await restoreTo(real, claims);
      expect(last).toMatchObject({
        code: 'FAKE_CAPACITY',
        title: 'This card is smaller than it claims',
        facts: { claimedBytes: CARD_BYTES, realBytes: real },
      });
      expect(code).toBe(6);
      expect(isUntouched).toBe(false);
      expect(listed).toMatchObject({ unfinished: null, unproven: basename(image) });
    },
  );
});
