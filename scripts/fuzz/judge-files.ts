/** Goes through the files of a case: whatever was changed, every answer has to be one that can be. */

import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { nameBytes } from '../../src/engine/file-name.ts';
import type { FileTree, WalkedFile } from '../../src/engine/file-tree.ts';
import { openFileTrees } from '../../src/engine/files.ts';

const MAX_FILES_READ = 60;
const MAX_PIECES = 64;

/** Throws whatever is thrown but should not be, and an Error where an answer cannot be right. */
export async function judgeFiles(device: BlockDevice): Promise<void> {
  for (const tree of await openFileTrees(device, await readCard(device))) await judgeTree(tree);
}

async function judgeTree(tree: FileTree): Promise<void> {
  let read = 0;
  await unlessDamaged(async () => {
    for await (const file of tree.walk('/')) {
      const back = nameBytes(file.name);
      if (!back || Buffer.compare(back, file.nameBytes) !== 0) {
        throw new Error(`the name ${file.name} is not that of ${Buffer.from(file.nameBytes)}`);
      }
      if (/[\p{C}/]/u.test(file.name) || file.path.endsWith('/..')) {
        throw new Error(`the name ${JSON.stringify(file.name)} is not plain`);
      }
      if (!Number.isSafeInteger(file.bytes) || file.bytes < 0) throw new Error(`${file.bytes}`);
      if (read++ < MAX_FILES_READ) await judgeFile(tree, file);
    }
  });
  if (tree.problems.length > 100 || tree.problemCount < tree.problems.length) {
    throw new Error(`${tree.problems.length} of ${tree.problemCount} problems`);
  }
}

async function judgeFile(tree: FileTree, { path, kind, bytes }: WalkedFile): Promise<void> {
  await unlessDamaged(async () => {
    const facts = await tree.facts(path);
    if (facts === null) throw new Error(`${path} was listed, but is not there`);
    if (kind === 'link') {
      await tree.linkTarget(path);
      const place = await tree.resolve(path);
      if (place !== null && (await tree.resolve(place)) !== place) throw new Error(`${place}`);
    }
    if (kind === 'file' && facts.kind === 'file') await judgeContent(tree, path, facts.bytes);
    if (kind !== 'file' && bytes > 0 && facts.mode === null) throw new Error(`${path} has a size`);
  });
}

async function judgeContent(tree: FileTree, path: string, bytes: number): Promise<void> {
  let end = 0;
  let pieces = 0;
  for await (const piece of tree.read(path)) {
    const fits = piece.data === null || piece.data.length === piece.bytes;
    if (piece.offset !== end || piece.bytes <= 0 || !fits) throw new Error(`${path} at ${end}`);
    end += piece.bytes;
    if (++pieces >= MAX_PIECES) return;
  }
  if (end !== bytes) throw new Error(`${path} has ${end} bytes instead of ${bytes}`);
}

async function unlessDamaged(look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!isPiKeepError(error, 'FILE_DAMAGED', 'UNSUPPORTED')) throw error;
  }
}
