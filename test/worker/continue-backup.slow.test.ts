import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findUnfinished } from '../../src/library/leftovers.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import {
  type CutOffRig,
  cutOffPlaces,
  cutOffRig,
  cutOffTools,
  makeCutOffCard,
} from '../support/cut-off-backup.ts';
import { addOne } from '../support/cut-off-copy.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const LIMIT_MS = 180_000;
const formats = ['img', 'img.gz', 'img.zst'] as const;

/** All of the FAT and most of the files have been copied by then. */
const LATE = 170 * MIB;

describe.skipIf(needsTools(...cutOffTools))('a backup that was cut off', () => {
  const made = temporaryFolder();
  const original = join(made.path, 'card.img');
  let rig: CutOffRig;
  beforeAll(() => makeCutOffCard(original), LIMIT_MS);
  afterAll(() => made.remove());
  beforeEach(() => {
    rig = cutOffRig(original);
  });
  afterEach(() => rig.remove());

  const root = (): string => `${rig.card}?offset=${cutOffPlaces.root}`;
  const debugfs = (...commands: string[]): void => {
    tool('debugfs', ['-w', '-f', '-', root()], commands.join('\n'));
  };

  it.each(formats)(
    'goes on where it was, again and again: .%s',
    async (format) => {
      const whole = format === 'img' ? { wholeCard: true } : { fullHash: true };
      const first = await rig.cutOff(90 * MIB, { format, ...whole });
      expect(first.unfinished).toMatchObject({ title: 'octopi', format, ...whole });
      expect(first.unfinished.doneBytes).toBeGreaterThanOrEqual(64 * MIB);
      const again = await rig.cutOff(150 * MIB, { continueFrom: first.file });
      expect(again.file).toBe(first.file);
      expect(again.unfinished.doneBytes).toBeGreaterThan(first.unfinished.doneBytes);
      const result = await rig.goOn(again);
      expect(result.continuedBytes).toBe(again.unfinished.doneBytes);
      expect(result.plainSha256).toMatch(/^[0-9a-f]{64}$/);
      await rig.judge(result);
      const { times } = await readManifest(result.image);
      expect(times.continued).toHaveLength(2);
      expect(
        readdirSync(dirname(result.image)).filter((name) => name.includes('.partial')),
      ).toEqual([]);
      if (result.plainSha256 && format === 'img') {
        expect(tool('sha256sum', [rig.card]).slice(0, 64)).toBe(result.plainSha256);
      }
    },
    LIMIT_MS,
  );

  const changes: Record<string, { change: () => void; formats: readonly string[] }> = {
    'a file changed by debugfs': {
      change: () => {
        const file = join(rig.folder, 'hosts');
        writeFileSync(file, 'changed');
        debugfs(`write ${file} /etc/hosts`);
      },
      formats: ['img', 'img.zst'],
    },
    'nothing but the count of mounts': {
      change: () => debugfs('set_super_value mnt_count 7'),
      formats: ['img', 'img.gz'],
    },
    'an inode alone': {
      change: () => debugfs('set_inode_field /etc/hostname mtime 20200101'),
      formats: ['img'],
    },
    'a partition more': {
      change: () => {
        tool('sfdisk', [
          '--quiet',
          '--no-reread',
          '--no-tell-kernel',
          '--part-type',
          rig.card,
          '3',
          '83',
        ]);
      },
      formats: ['img', 'img.zst'],
    },
    'a new name of the Pi': {
      change: () => debugfs('rm /etc/hostname', `write ${hostname()} /etc/hostname`),
      formats: ['img'],
    },
    'a block written behind the back of the file system': {
      change: () => addOne(rig.card, blockOf('/file5') + 123),
      formats: ['img', 'img.gz'],
    },
  };

  const hostname = (): string => {
    const file = join(rig.folder, 'hostname');
    writeFileSync(file, 'another\n');
    return file;
  };

  /** Where the first block of a file lies on the card. */
  const blockOf = (file: string): number => {
    const block = tool('debugfs', ['-R', `blocks ${file}`, root()])
      .trim()
      .split(/\s+/)[0];
    return cutOffPlaces.root + Number(block) * blockBytes();
  };

  const blockBytes = (): number =>
    Number(/Block size:\s+(\d+)/.exec(tool('dumpe2fs', ['-h', root()]))?.[1]);

  const refused = Object.entries(changes).flatMap(([what, { formats: each }]) =>
    each.map((format) => [what, format] as const),
  );

  it.each(refused)(
    'is refused, and left as it was, after %s: .%s',
    async (what, format) => {
      const left = await rig.cutOff(LATE, { format: format as (typeof formats)[number] });
      const before = readFileSync(`${left.file}.checkpoint`);
      changes[what]?.change();
      await expect(rig.goOn(left)).rejects.toMatchObject({ code: 'CARD_CHANGED' });
      expect(readFileSync(`${left.file}.checkpoint`).equals(before)).toBe(true);
      const again = await findUnfinished(rig.library, left.unfinished.weak);
      expect(again?.file).toBe(left.file);
    },
    LIMIT_MS,
  );

  it.each(formats)(
    'takes the FAT and the unknown as they are now: .%s',
    async (format) => {
      const left = await rig.cutOff(LATE, { format });
      const file = join(rig.folder, 'config.txt');
      writeFileSync(file, 'dtparam=audio=on\n'.repeat(5000));
      const boot = `${rig.card}@@${cutOffPlaces.boot}`;
      tool('mcopy', ['-i', boot, file, '::config.txt']);
      tool('mdel', ['-i', boot, '::kernel8.img']);
      tool('mcopy', ['-i', boot, file, '::cmdline.txt']);
      addOne(rig.card, cutOffPlaces.unknown + 3 * MIB);
      const result = await rig.goOn(left);
      // A packed image starts anew where it differs, which is near its beginning.
      if (format === 'img') expect(result.continuedBytes).toBeGreaterThan(100 * MIB);
      else expect(result.continuedBytes).toBeLessThan(16 * MIB);
      await rig.judge(result);
    },
    LIMIT_MS,
  );

  it(
    'is refused for another card of that size',
    async () => {
      const left = await rig.cutOff(LATE);
      tool('sfdisk', [
        '--quiet',
        '--no-reread',
        '--no-tell-kernel',
        '--disk-id',
        rig.card,
        '0x12345678',
      ]);
      await expect(rig.goOn(left)).rejects.toMatchObject({ code: 'OTHER_CARD' });
    },
    LIMIT_MS,
  );

  const damages: Record<string, (partial: string) => void> = {
    'its image cut in the middle': (partial) => truncateSync(partial, 40 * MIB),
    'a byte of its image flipped': (partial) => addOne(partial, 12 * MIB + 77),
    'data where there should be none': (partial) => addOne(partial, 3 * MIB),
    'its checkpoint torn': (partial) => {
      const file = `${partial}.checkpoint`;
      truncateSync(file, readFileSync(file).length - 100);
    },
    'a hash of its checkpoint changed': (partial) => {
      const file = `${partial}.checkpoint`;
      const [first = '', line = '', ...rest] = readFileSync(file, 'utf8').split('\n');
      const changed = line.replace(/"([0-9a-f])([0-9a-f]{63})"/, (_, digit: string, more: string) =>
        JSON.stringify((digit === '7' ? '8' : '7') + more),
      );
      writeFileSync(file, [first, changed, ...rest].join('\n'));
    },
    'rubbish behind its checkpoint': (partial) =>
      appendFileSync(`${partial}.checkpoint`, `${'x'.repeat(9 * MIB)}\n{}\n`),
  };

  it.each(Object.keys(damages).flatMap((what) => formats.map((format) => [what, format] as const)))(
    'is the card all the same after %s: .%s',
    async (what, format) => {
      const left = await rig.cutOff(LATE, { format });
      damages[what]?.(left.file);
      const outcome = await rig.goOn(left).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        // What the checkpoint says of the card cannot be told from a card that was changed.
        expect(what).toBe('a hash of its checkpoint changed');
        expect(outcome).toMatchObject({ code: 'CARD_CHANGED' });
      } else await rig.judge(outcome as Awaited<ReturnType<typeof rig.goOn>>);
    },
    LIMIT_MS,
  );
});
