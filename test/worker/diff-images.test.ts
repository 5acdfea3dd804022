import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDiffImages } from '../../src/worker/diff-images-task.ts';
import type { DiffImagesResult } from '../../src/worker/file-results.ts';
import type { DiffImagesTask } from '../../src/worker/tasks.ts';
import { tool } from '../support/file-systems.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { put } from '../support/fit-images.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const ROOT_AT = 44 * MIB;

function overwrite(path: string, offset: number, content: string | Uint8Array): void {
  const file = openSync(path, 'r+');
  const bytes = Buffer.from(content);
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

describe.skipIf(needsTools(...filesTools))('comparing the files of two images', () => {
  let card: FilesCard;
  let older: string;
  const diff = (newer: string, more: Partial<DiffImagesTask> = {}): Promise<DiffImagesResult> =>
    runDiffImages(
      {
        ...{ task: 'diff-images', older, newer, source: card.source, content: false },
        ...{ unpack: false, cacheFolder: card.cacheFolder, ...more },
      },
      taskContext(),
    );
  const lines = ({ changes }: DiffImagesResult): string[] =>
    changes.map(({ partition, path, change, what }) =>
      [`${partition}:${path}`, change, ...what].join(' '),
    );
  const debugfs = (...commands: string[]): void =>
    void tool('debugfs', ['-w', card.root], `${commands.join('\n')}\nquit\n`);
  const putBack = (): void => put(card.card, card.root, ROOT_AT);

  beforeAll(async () => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    mkdirSync(join(tree, 'etc'), { recursive: true });
    mkdirSync(join(tree, 'gone/below'), { recursive: true });
    mkdirSync(boot);
    writeFileSync(join(boot, 'config.txt'), 'arm_64bit=1\n');
    writeFileSync(join(boot, 'cmdline.txt'), 'root=PARTUUID=5e3da3da-02\n');
    for (const name of ['etc/same', 'etc/longer', 'etc/secret', 'etc/moved', 'gone/below/file']) {
      writeFileSync(join(tree, name), `content of ${name}`);
    }
    writeFileSync(join(tree, 'etc/other'), 'before');
    writeFileSync(join(tree, 'etc/kind'), 'a file');
    symlinkSync('one', join(tree, 'etc/link'));
    card = makeFilesCard(folder, { tree, boot, rootMib: 16 });
    older = await card.backUp('img.zst', 'older');
  });
  afterAll(() => card?.remove());

  it('needs no file to be read where the checksums are the same', async () => {
    const again = await card.backUp('img', 'again');
    const result = await diff(again);
    expect(result.changes).toEqual([]);
    expect(result.partitions.map(({ verdict }) => verdict)).toEqual(['same', 'same']);
    // Without a manifest it is the files that are compared, with the card itself too.
    const alone = join(card.folder, 'alone.img');
    copyFileSync(again, alone);
    const compared = await diff(alone, { content: true });
    expect(compared.partitions).toMatchObject([
      { verdict: 'compared', added: 0, removed: 0, changed: 0, read: 2 },
      { verdict: 'compared', added: 0, removed: 0, changed: 0, read: 7 },
    ]);
    const card_ = await diff('card.img');
    expect(card_.partitions.map(({ read }) => read)).toEqual([0, 0]);
  });

  it('names what was added, removed and changed, and how', async () => {
    const write = (name: string, content: string): string => {
      writeFileSync(join(card.folder, name), content);
      return join(card.folder, name);
    };
    debugfs(
      'cd /etc',
      ...['rm longer', `write ${write('l', 'content of etc/longer, and more')} longer`],
      ...['rm other', `write ${write('o', 'behind')} other`],
      'sif secret mode 0100600',
      'sif same uid 1000',
      ...['rm link', 'symlink link two'],
      ...['rm kind', 'mkdir kind', `write ${write('i', 'inside')} kind/inside`],
      ...['ln moved elsewhere', 'unlink moved'],
      ...['cd /', 'rm gone/below/file', 'rmdir gone/below', 'rmdir gone'],
      `write ${write('n', 'new')} new`,
    );
    putBack();
    const result = await diff(await card.backUp('img.gz', 'changed'));
    expect(lines(result)).toEqual([
      '2:/etc/elsewhere added',
      '2:/etc/kind changed kind',
      '2:/etc/kind/inside added',
      '2:/etc/link changed target',
      '2:/etc/longer changed content',
      '2:/etc/moved removed',
      '2:/etc/other changed content',
      '2:/etc/same changed owner',
      '2:/etc/secret changed mode',
      '2:/gone removed',
      '2:/gone/below removed',
      '2:/gone/below/file removed',
      '2:/new added',
    ]);
    expect(result.partitions).toMatchObject([
      { partition: 1, verdict: 'same' },
      { partition: 2, verdict: 'compared', added: 3, removed: 4, changed: 6, problems: [] },
    ]);
    const longer = result.changes.find(({ path }) => path === '/etc/longer');
    expect([longer?.before?.bytes, longer?.after?.bytes]).toEqual([21, 31]);
  });

  it('finds content that changed behind an old inode and date only when it reads', async () => {
    const copy = join(card.folder, 'quiet.img');
    copyFileSync(card.card, copy);
    const [block = ''] = tool('debugfs', ['-R', 'blocks /etc/secret', card.root]).trim().split(' ');
    const [, blockBytes] = /Block size: +(\d+)/.exec(tool('dumpe2fs', ['-h', card.root])) ?? [];
    overwrite(copy, ROOT_AT + Number(block) * Number(blockBytes), 'CONTENT');
    older = card.card;
    expect(lines(await diff(copy))).toEqual([]);
    expect(lines(await diff(copy, { content: true }))).toEqual(['2:/etc/secret changed content']);
  });

  it('says which side has a partition alone, and which cannot be read', async () => {
    const copy = join(card.folder, 'other.img');
    copyFileSync(card.card, copy);
    overwrite(copy, 4 * MIB, Buffer.alloc(4096));
    const result = await diff(copy);
    expect(result.partitions).toMatchObject([
      { partition: 1, verdict: 'only-older' },
      { partition: 2, verdict: 'compared' },
    ]);
  });
});
