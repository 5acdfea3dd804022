import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep, script } from './run-pikeep.ts';
import { type SlotRig, slotRig } from './slot-rig.ts';
import { cardTools } from './small-card.ts';
import { startOnTerminal } from './terminal.ts';

describe.skipIf(needsTools(...cardTools))('the files of a card by the command line', () => {
  let rig: SlotRig;
  let packed: string;
  const run = (...args: string[]): Promise<Ended> =>
    pikeep([...args, ...rig.options], { env: { XDG_CACHE_HOME: join(rig.folder, 'cache') } });

  beforeAll(async () => {
    rig = await slotRig();
    rig.insert();
    packed = join(rig.folder, 'foreign.img.gz');
    writeFileSync(packed, gzipSync(readFileSync(rig.card), { level: 1 }));
  });
  afterAll(() => rig?.remove());

  it('are listed for people', async () => {
    const partitions = await run('ls', 'octopi');
    expect(partitions.stderr).toBe('');
    expect(partitions.stdout).toMatch(
      /^1: boot +bootfs \(fat16\) +16\.8 MB +paths begin with "boot:\/" or "1:\/"$/m,
    );
    expect(partitions.stdout).toMatch(/^2: system +no label \(ext4\)/m);
    expect((await run('ls', rig.card, '/')).stdout).toBe('etc/\nlost+found/\n');
    const long = (await run('ls', '-l', rig.card, '/etc')).stdout;
    expect(long).toMatch(/^-rw-r--r-- +0 +0 +7 +\d{4}-\d\d-\d\d \d\d:\d\d +hostname$/m);
    const below = (await run('ls', '-R', rig.card, '2:/')).stdout.split('\n');
    expect(below).toEqual(expect.arrayContaining(['/etc/', '/etc/hostname', '/lost+found/']));
    expect((await run('ls', rig.card, '--search', 'HOST', '/')).stdout).toBe('/etc/hostname\n');
    const missing = await run('ls', rig.card, '/nowhere');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('There is no file /nowhere');
  });

  it('are listed, taken and compared for scripts, as documented', async () => {
    const out = join(rig.folder, 'out');
    mkdirSync(out);
    const runs = [
      await run('ls', rig.card, '--json'),
      await run('ls', 'octopi', 'boot:/', '--json'),
      await run('extract', 'octopi', '/etc', 'boot:/config.txt', out, '--json'),
      await run('diff', rig.card, 'octopi', '--json'),
      await run('extract', 'octopi', '/etc', out, '--json'),
      await run('ls', packed, '--json'),
      await run('doctor', '--json'),
    ];
    for (const { events } of runs) expect(undocumented(events)).toEqual([]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 1, 4, 0]);
    expect(runs[1]?.events.map((event) => event['path'])).toContain('/config.txt');
    expect(runs[2]?.last).toMatchObject({ files: 3, folders: 1, links: 0, skipped: 0 });
    expect(readFileSync(join(out, 'etc/hostname'), 'utf8')).toBe('octopi\n');
    expect(readFileSync(join(out, 'config.txt'), 'utf8')).toBe('arm_64bit=1\n');
    expect(runs[4]?.last).toMatchObject({ code: 'DESTINATION_EXISTS' });
    expect(runs[5]?.last).toMatchObject({ code: 'NEEDS_UNPACKING', facts: { path: packed } });
  });

  it('of an image of another program are there once it is unpacked, until the cache is cleared', async () => {
    const out = join(rig.folder, 'name');
    const taken = await run('extract', packed, '/etc/hostname', out, '--unpack');
    expect(taken.code).toBe(0);
    expect(taken.stdout).toContain('Done: 1 file, 7 bytes');
    expect(readFileSync(out, 'utf8')).toBe('octopi\n');
    const again = await run('diff', packed, 'octopi');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('No file differs.');
    const cache = join(rig.folder, 'cache/pikeep/unpacked');
    expect(readdirSync(cache)).toHaveLength(1);
    const { last } = await run('doctor', '--clear-cache', '--json');
    expect(last).toMatchObject({ cache: { folder: cache, images: 1, isCleared: true } });
    expect(readdirSync(cache)).toEqual([]);
    expect((await run('ls', packed)).code).toBe(4);
  });

  it.skipIf(needsTools('script'))('of such an image are a question on a terminal', async () => {
    const cache = join(rig.folder, 'cache-of-terminal');
    const words = [script, 'ls', packed, '/', ...rig.options].map((word) => `'${word}'`);
    const command = `XDG_CACHE_HOME='${cache}' ${words.join(' ')}`;
    for (const [answer, code, shown] of [
      ['n', 4, 'has to be unpacked first'],
      ['y', 0, 'lost+found/'],
    ] as const) {
      const terminal = startOnTerminal(command);
      await terminal.untilOutput('[y/N]');
      terminal.type(`${answer}\n`);
      const ended = await terminal.ended;
      expect(ended.output).toContain(shown);
      expect(ended.code).toBe(code);
    }
    expect(readdirSync(join(cache, 'pikeep/unpacked'))).toHaveLength(1);
  });
});
