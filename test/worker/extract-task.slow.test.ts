import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import { imageFormats } from '../../src/engine/image/image-format.ts';
import { type Snapshot, snapshotFolder } from '../support/file-snapshot.ts';
import { tool } from '../support/file-systems.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { needsTools } from '../support/tools.ts';

const FILES = 50_000;

describe.skipIf(needsTools(...filesTools))(`taking every one of ${FILES} files`, () => {
  let card: FilesCard;
  const judged: { root: Snapshot; boot: Snapshot } = { root: {}, boot: {} };
  const withoutOwners = { withOwners: false };

  beforeAll(() => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    mkdirSync(boot);
    const noise = seededBytes('50000', 'noise', 1024 * 1024);
    for (let index = 0; index < FILES; index++) {
      const parent = join(tree, `${index % 41}/${index % 13}`);
      if (index < 41 * 13) mkdirSync(parent, { recursive: true });
      const start = (index * 7919) % 900_000;
      const size = index % 251 === 0 ? 100_000 : (index * 131) % 6000;
      writeFileSync(join(parent, `file ${index}`), noise.subarray(start, start + size));
      if (index % 100 === 0) symlinkSync(`../${index % 7}/file`, join(parent, `link ${index}`));
    }
    for (let index = 0; index < 500; index++) {
      writeFileSync(join(boot, `A long name of the file ${index}.dtbo`), noise.subarray(0, index));
    }
    writeFileSync(join(boot, 'config.txt'), '');
    card = makeFilesCard(folder, { tree, boot, rootMib: 600, args: ['-N', '60000'] });
    rmSync(tree, { recursive: true });
    const [rdump, mcopy] = [join(folder, 'rdump'), join(folder, 'mcopy')];
    mkdirSync(rdump);
    mkdirSync(mcopy);
    tool('debugfs', ['-R', `rdump / ${rdump}`, card.root]);
    tool('mcopy', ['-s', '-m', '-i', card.boot, '::*', mcopy]);
    judged.root = snapshotFolder(rdump, withoutOwners);
    judged.boot = snapshotFolder(mcopy, withoutOwners);
    rmSync(rdump, { recursive: true });
  });
  afterAll(() => card?.remove());

  for (const format of imageFormats) {
    it(`gives what debugfs and mcopy give: ${format}`, async () => {
      const image = await card.backUp(format, `card-${format}`);
      const out = card.out();
      const result = await card.take(image, ['/', 'boot:/'], out);
      expect(result.skipped).toEqual([]);
      expect(result.files).toBe(FILES + 501);
      expect(snapshotFolder(join(out, 'partition 2'), withoutOwners)).toEqual(judged.root);
      expect(snapshotFolder(join(out, 'bootfs'), withoutOwners)).toEqual(judged.boot);
      rmSync(out, { recursive: true });
    });
  }
});
