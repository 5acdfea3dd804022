import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupReport } from '../../src/cli/backup-report.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { openImage } from '../../src/engine/image/open-image.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import { runCompare } from '../../src/worker/compare-task.ts';
import type { BackupTask } from '../../src/worker/tasks.ts';
import { runVerify } from '../../src/worker/verify-task.ts';
import {
  BOOT,
  CARD_BYTES,
  dyingCardTools,
  dyingReader,
  makeDyingCard,
  ownerOf,
  placeOf,
  ROOT,
} from '../support/dying-card.ts';
import { badSectors, sectorsFrom } from '../support/dying-device.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { compressor, imageFiles } from '../support/packed-image.ts';
import { type HeardContext, taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const SECTOR = 512;

describe.skipIf(needsTools(...dyingCardTools))('a backup of a dying card', () => {
  const original = temporaryFolder();
  const pristine = join(original.path, 'card.img');
  let folder: ReturnType<typeof temporaryFolder>;
  let slot: string;
  let library: string;
  let card: string;
  beforeAll(() => makeDyingCard(pristine));
  afterAll(() => original.remove());
  beforeEach(() => {
    folder = temporaryFolder();
    slot = join(folder.path, 'slot');
    library = join(folder.path, 'library');
    card = join(slot, 'octopi.img');
    mkdirSync(slot);
    copyFileSync(pristine, card);
    return () => folder.remove();
  });

  const source = () => ({
    ...{ slot, allowDiskImage: false, allowOtherExternal: false, neverTouch: [], door: null },
  });
  const task = (more: Partial<BackupTask> = {}): BackupTask => ({
    ...{ task: 'backup', disk: 'octopi.img', expected: null, source: source() },
    destination: { kind: 'library', folder: library },
    ...{ format: 'img', wholeCard: false, fullHash: false, verify: 'image' },
    ...{ forceUnmount: false, ejectWhenDone: false, ...more },
  });
  const backUp = async (bad: readonly number[], more: Partial<BackupTask> = {}) => {
    const context: HeardContext = taskContext({
      adapt: dyingReader(badSectors(bad)),
      pause: () => Promise.resolve(),
    });
    const result = await runBackup(task(more), context);
    return { ...result, context, filed: await readManifest(result.image) };
  };
  const sectorsAt = (offset: number, count = 1): number[] => sectorsFrom(offset / SECTOR, count);

  const contentOf = async (path: string) => {
    const manifest = await readManifest(path);
    const { device } = await openImage({ files: imageFiles, compressor, path, manifest });
    const content = new Uint8Array(CARD_BYTES);
    await device.read(content, 0);
    await device.close();
    return content;
  };

  it.each(imageFormats)(
    'has everything but the bad sectors, as %s, and names the files',
    async (format) => {
      const photo = placeOf(card, '/home/pi/photo.jpg', 100);
      const module = placeOf(card, '/usr/lib/modules/6.12.1/kernel/fs/ext4.ko', 3);
      const bad = [...sectorsAt(photo + SECTOR, 3), ...sectorsAt(module)];
      const { image, filed, unreadable, context, verified } = await backUp(bad, { format });

      expect(basename(image)).toMatch(
        new RegExp(` \\(incomplete\\)\\.${format.replace('.', '\\.')}$`),
      );
      expect(filed.image.file).toBe(basename(image));
      expect(verified).not.toBeNull();
      expect(filed.unreadable.map(({ offset, bytes }) => ({ offset, bytes }))).toEqual(
        [
          { offset: photo + SECTOR, bytes: 3 * SECTOR },
          { offset: module, bytes: SECTOR },
        ].sort((one, other) => one.offset - other.offset),
      );
      for (const { offset, files } of filed.unreadable)
        expect(files).toEqual([ownerOf(card, offset)]);
      expect(unreadable).toMatchObject({
        ranges: 2,
        bytes: 4 * SECTOR,
        files: ['/usr/lib/modules/6.12.1/kernel/fs/ext4.ko', '/home/pi/photo.jpg'],
        moreFiles: 0,
      });
      expect(unreadable?.words).toContain(
        'The Pi needs /usr/lib/modules/6.12.1/kernel/fs/ext4.ko to boot',
      );
      expect(context.warnings.map(({ code }) => code)).toContain('INCOMPLETE');
      expect(context.steps.map(({ phase }) => phase)).toContain('rescuing');

      const expected = new Uint8Array(readFileSync(pristine));
      for (const sector of bad) expected.fill(0, sector * SECTOR, (sector + 1) * SECTOR);
      const content = await contentOf(image);
      for (const { offset, bytes } of filed.map) {
        const [left, right] = [content, expected].map((one) =>
          one.subarray(offset, offset + bytes),
        );
        if (left && right && Buffer.compare(left, right) !== 0) expect.fail(`differs in ${offset}`);
      }
      await expect(runVerify({ task: 'verify', image }, taskContext())).resolves.toMatchObject({
        unreadable: { ranges: 2, bytes: 4 * SECTOR },
      });
    },
  );

  it('says when a Pi does not need what was lost, and the rest of the file system is sound', async () => {
    const bad = sectorsAt(placeOf(card, '/home/pi/photo.jpg', 10), 20);
    const result = await backUp(bad);
    expect(result.unreadable?.words).toBe(
      '1 file is damaged: /home/pi/photo.jpg. Nothing the Pi needs to boot is among them.',
    );
    const report = backupReport(result).lines.join('\n');
    expect(report).toContain('the backup is incomplete');
    expect(report).toContain('/home/pi/photo.jpg');
    const root = join(folder.path, 'root.img');
    tool('dd', [
      `if=${result.image}`,
      `of=${root}`,
      'bs=1M',
      `skip=${ROOT.offset / 2 ** 20}`,
      `count=${ROOT.bytes / 2 ** 20}`,
    ]);
    tool('e2fsck', ['-fn', root]);
    const dump = (from: string): Buffer => {
      const out = join(folder.path, 'dump');
      tool('debugfs', ['-R', `dump /home/pi/other.jpg ${out}`, from]);
      return readFileSync(out);
    };
    expect(Buffer.compare(dump(root), dump(`${pristine}?offset=${ROOT.offset}`))).toBe(0);
  });

  it('names a file of the boot partition', async () => {
    const kernel = readFileSync(card).indexOf('kernelkernel', BOOT.offset);
    const at = kernel + 20 * 4096;
    const { unreadable, filed } = await backUp(sectorsAt(at - (at % SECTOR)));
    expect(filed.unreadable[0]?.files).toEqual(['boot:/kernel8.img']);
    expect(unreadable?.words).toContain('The Pi needs boot:/kernel8.img to boot');
  });

  it('names structures, and does not call anything free when they are gone', async () => {
    const stats = tool('dumpe2fs', [`${card}?offset=${ROOT.offset}`]);
    const table = Number(/Inode table at (\d+)-/.exec(stats)?.[1]);
    const bytes = Number(/Block size:\s+(\d+)/.exec(stats)?.[1]);
    const { unreadable, filed, context } = await backUp([
      ...sectorsAt(ROOT.offset + table * bytes, (16 * 1024) / SECTOR),
      ...sectorsAt(placeOf(card, '/home/pi/photo.jpg', 10)),
    ]);
    expect(unreadable?.words).toMatch(/^Structures of the card are damaged: .*partition 2/);
    expect(unreadable?.words).not.toContain('Nothing the Pi needs');
    expect(filed.unreadable.flatMap(({ files }) => files)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^free space/)]),
    );
    expect(filed.partitions[1]).toMatchObject({ strategy: 'whole' });
    expect(filed.partitions[1]?.reason).toContain('cannot be read');
    expect(context.warnings.map(({ code }) => code)).toContain('INCOMPLETE');
  });

  it.each([
    ['the table', 0, 'octopi', 1],
    ['the superblock', ROOT.offset + 1024, 'octopi', 2],
    ['the boot sector', BOOT.offset, 'octopi', 2],
  ])('copies more, not less, when %s cannot be read', async (_, offset, __, ___) => {
    const { filed, image } = await backUp(sectorsAt(offset));
    expect(filed.unreadable).toHaveLength(1);
    const content = await contentOf(image);
    const expected = new Uint8Array(readFileSync(pristine)).fill(0, offset, offset + SECTOR);
    const used =
      offset === 0 ? { offset: 0, bytes: CARD_BYTES } : offset > BOOT.offset ? ROOT : BOOT;
    const part = (one: Uint8Array): Uint8Array =>
      one.subarray(used.offset, used.offset + used.bytes);
    expect(Buffer.compare(part(content), part(expected))).toBe(0);
  });

  it('is called incomplete and unverified, also under the very name that was asked for', async () => {
    const bad = sectorsAt(placeOf(card, '/home/pi/photo.jpg', 10));
    mkdirSync(library);
    const path = join(library, 'mine.img');
    const first = await backUp(bad, { destination: { kind: 'file', path }, verify: 'none' });
    expect(basename(first.image)).toBe('mine (incomplete, unverified).img');
    expect(first.verified).toBeNull();
    const second = await backUp(bad, { destination: { kind: 'file', path }, verify: 'card' });
    expect(basename(second.image)).toBe('mine (incomplete).img');
    expect(second.checks).toContainEqual(
      expect.objectContaining({ name: 'second reading', ok: false }),
    );
    expect(readdirSync(library).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('compares only what was read, and says what was not', async () => {
    const bad = sectorsAt(placeOf(card, '/home/pi/photo.jpg', 10), 4);
    const { image } = await backUp(bad);
    const compare = { task: 'compare' as const, image, disk: 'octopi.img', expected: null };
    const run = (adapt = dyingReader(badSectors(bad))) =>
      runCompare({ ...compare, source: source(), forceUnmount: false }, taskContext({ adapt }));
    await expect(run()).resolves.toMatchObject({
      verdict: 'same',
      notCompared: { ranges: 1, bytes: 4 * SECTOR },
    });
    // A card that reads again there is no other card.
    await expect(run(dyingReader(new Map()))).resolves.toMatchObject({ verdict: 'same' });
    await expect(
      run(dyingReader(badSectors([...bad, ...sectorsAt(ROOT.offset + 1024)]))),
    ).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  it('fails and leaves nothing when the card gives nothing at all', async () => {
    const all = sectorsFrom(0, CARD_BYTES / SECTOR);
    await expect(backUp(all)).rejects.toMatchObject({ code: 'READ_FAILED' });
    const left = readdirSync(library, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.includes('.img'))).toEqual([]);
  });
});
