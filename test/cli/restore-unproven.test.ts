import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counterfeitCard } from '../support/counterfeit.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, type Event, pikeep, startPikeep } from './run-pikeep.ts';
import { cardTools, makeSmallCard, SMALL_CARD_BYTES } from './small-card.ts';

const notHere = needsLoop() || needsTools(...cardTools, 'nbdfuse');

describe.skipIf(notHere)('a restore that is killed when its last sector is on the card', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let image: string;
  beforeAll(async () => {
    folder = temporaryFolder();
    image = join(folder.path, 'octopi.img');
    await makeSmallCard(image);
  });
  afterAll(() => folder.remove());

  const options = (): string[] => [
    ...['--allow-disk-image', '--library', join(folder.path, 'library'), '--json'],
  ];
  const env = (): NodeJS.ProcessEnv => ({ XDG_STATE_HOME: join(folder.path, 'state') });
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await pikeep([...args, ...options()], { env: env() });
    expect(undocumented(ended.events)).toEqual([]);
    return ended;
  };

  it('leaves a card that looks whole, and of which everybody is told that nobody has proven it', async () => {
    const medium = randomFillSync(Buffer.alloc(SMALL_CARD_BYTES));
    const first = readFileSync(image).subarray(0, 512);
    let kill = (): void => undefined;
    const isLast = (): boolean => medium.subarray(0, 512).equals(first);
    const card = await counterfeitCard(medium, {
      ...{ bytes: SMALL_CARD_BYTES, how: 'wraps' },
      onWritten: () => isLast() && kill(),
    });
    const listed = async (): Promise<Event | undefined> => {
      const disks = (await run('list')).last['disks'] as (Event & { path: string })[];
      return disks.find(({ path }) => path === card.path);
    };
    try {
      const running = startPikeep(['restore', image, card.path, '--yes', '--full', ...options()], {
        env: env(),
        group: true,
      });
      kill = () => {
        kill = () => undefined;
        process.kill(-running.pid, 'SIGKILL');
      };
      expect((await running.ended).signal).toBe('SIGKILL');
      expect(medium.equals(readFileSync(image))).toBe(true);

      const unproven = basename(image);
      expect(await listed()).toMatchObject({ pi: 'yes', unfinished: null, unproven });
      expect((await run('inspect', card.path)).last).toMatchObject({ unfinished: null, unproven });
      const backup = await run('backup', card.path, '--to', join(folder.path, 'copy.img'));
      const codes = backup.events.flatMap(({ event, code }) => (event === 'warning' ? [code] : []));
      expect(codes).toContain('CARD_UNPROVEN');

      const again = await run('restore', image, card.path, '--yes');
      expect(again.events[0]?.['targets']).toMatchObject([{ unproven }]);
      expect(again.code).toBe(0);
      expect(await listed()).toMatchObject({ unfinished: null, unproven: null });
    } finally {
      await card.close();
    }
  });
});
