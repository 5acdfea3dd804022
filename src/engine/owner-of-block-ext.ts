/**
 * What lies in given sectors of an ext2, ext3 or ext4 file system: its own structures by name, files by path. Looked up in
 * the image; inodes that exist only on the card are looked up there. Without a card everything in the sectors counts, not
 * only what differs.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import type { ReadBudget } from './ext-blocks.ts';
import { geometryTrouble, groupCount, hasSuperblock, headBlocks } from './ext-geometry.ts';
import { type ExtGroup, inodeTableBlocks, readGroups } from './ext-groups.ts';
import { inodeOffset, visitInodes } from './ext-inodes.ts';
import { replayedView } from './ext-map.ts';
import { type ExtTree, findPaths } from './ext-paths.ts';
import { type RunKind, visitRuns } from './ext-runs.ts';
import { parseSuperblock, SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from './ext-superblock.ts';
import { intersect, invert, toExtents } from './extents.ts';
import { readJournal } from './journal.ts';
import { type Labelled, Labels, RangeIndex } from './labels.ts';

/** More names than anybody reads; keeps memory bounded on a card whose content is another one altogether. */
const MAX_CLAIMS = 20_000;
const MAX_LIST_BLOCKS = 2 ** 20;
const JOURNAL_INODE = 8;
const UNKNOWN = 'the file system';

/** A run of blocks that an inode claims among the differing ones, or its own record in the inode table. */
interface Claim extends Range {
  readonly inode: number;
  readonly kind: RunKind | 'folder' | 'inode';
}

/** `ranges` are sorted, disjoint, and in bytes from the start of the partition, like the result. */
export async function nameExt(
  image: BlockDevice,
  card: BlockDevice | null,
  ranges: readonly Range[],
  signal?: AbortSignal,
): Promise<Labelled[]> {
  const labels = new Labels(ranges);
  const tree = await openTree(image);
  if (!tree) return labels.finish(UNKNOWN);
  nameHead(labels);
  await nameJournal(labels, image, tree);
  nameGroups(labels, tree);
  const inTables = toExtents([...tables(tree, labels.left)]);
  const blocks = intersect(labels.left.ranges, invert(inTables, image.size));
  const records = await changedInodes(image, card, tree, labels);
  const { claims, folders } = await claimedBy(tree, new RangeIndex(blocks), signal);
  const all = [...records, ...claims];
  const paths = await findPaths(tree, folders, new Set(all.map(({ inode }) => inode)), signal);
  const lost = new Set(records.map(({ inode }) => inode).filter((inode) => !paths.has(inode)));
  if (card && lost.size > 0) await addPathsOnCard(paths, card, lost, signal);
  for (const claim of all) {
    // Of a table that cannot be read nobody knows which of its records are in use; folders name those that are.
    if (!card && claim.kind === 'inode' && !paths.has(claim.inode)) continue;
    labels.name(claim.offset, claim.bytes, nameOf(claim, paths));
  }
  labels.settle();
  for (const { offset, bytes } of inTables) labels.name(offset, bytes, 'inode table');
  return labels.finish(claims.length < MAX_CLAIMS ? 'free space' : 'more files');
}

/** The file system as its journal will leave it; as it is where the journal is not understood. */
async function openTree(window: BlockDevice): Promise<ExtTree | null> {
  const device = (await replayedView(window)) ?? window;
  const superblock = parseSuperblock(await readUpTo(device, SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
  if (!superblock || geometryTrouble(superblock, window.size) !== null) return null;
  return { device, superblock, groups: await readGroups(device, superblock) };
}

function nameHead(labels: Labels): void {
  labels.name(0, SUPERBLOCK_OFFSET, 'boot block');
  labels.name(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES, 'superblock');
  labels.settle();
}

async function nameJournal(labels: Labels, image: BlockDevice, tree: ExtTree): Promise<void> {
  const { superblock, groups } = tree;
  try {
    const { runs } = await readJournal(image, superblock, groups);
    for (const { block, count } of runs) {
      labels.name(block * superblock.blockBytes, count * superblock.blockBytes, 'journal');
    }
    labels.settle();
  } catch (error) {
    // Its blocks are then found by its inode, like those of any file.
    if (!(error instanceof MalformedBytes)) throw error;
  }
}

function nameGroups(labels: Labels, { superblock, groups }: ExtTree): void {
  const { blockBytes, protectionBlock, blocks } = superblock;
  for (let index = 0; index < groupCount(superblock); index++) {
    const { firstBlock, blockBitmap, inodeBitmap, ok } = groups.group(index);
    const head = headBlocks(superblock, index);
    const copy = hasSuperblock(superblock, index) ? 1 : 0;
    const start = firstBlock * blockBytes;
    if (index > 0) labels.name(start, copy * blockBytes, 'copy of the superblock');
    const descriptors = index > 0 ? 'copy of the group descriptors' : 'group descriptors';
    labels.name(start + copy * blockBytes, (head - copy) * blockBytes, descriptors);
    if (!ok) continue;
    labels.name(blockBitmap * blockBytes, blockBytes, 'block bitmap');
    labels.name(inodeBitmap * blockBytes, blockBytes, 'inode bitmap');
  }
  if (protectionBlock > 0 && protectionBlock < blocks) {
    labels.name(protectionBlock * blockBytes, blockBytes, 'multiple-mount protection');
  }
  labels.settle();
}

/** What is left inside of inode tables, one group after the other. */
function* tables({ superblock, groups }: ExtTree, left: RangeIndex): Generator<TablePart> {
  const { blockBytes } = superblock;
  const bytes = inodeTableBlocks(superblock) * blockBytes;
  for (let index = 0; index < groups.count; index++) {
    const group = groups.group(index);
    if (!group.ok) continue;
    for (const range of left.within(group.inodeTable * blockBytes, bytes)) {
      yield { ...range, group };
    }
  }
}

interface TablePart extends Range {
  readonly group: ExtGroup;
}

/** The records of the inode tables that differ. */
async function changedInodes(
  image: BlockDevice,
  card: BlockDevice | null,
  tree: ExtTree,
  labels: Labels,
): Promise<Claim[]> {
  const { inodeBytes, inodesPerGroup } = tree.superblock;
  const claims: Claim[] = [];
  const seen = new Set<number>();
  for (const { group, offset, bytes } of tables(tree, labels.left)) {
    const table = inodeOffset(tree.superblock, group, 0);
    const first = Math.floor((offset - table) / inodeBytes);
    const end = Math.min(Math.ceil((offset + bytes - table) / inodeBytes), inodesPerGroup);
    for (let place = first; place < end && claims.length < MAX_CLAIMS; place++) {
      const inode = group.index * inodesPerGroup + place + 1;
      const at = inodeOffset(tree.superblock, group, place);
      if (seen.has(inode)) continue;
      seen.add(inode);
      if (!card) {
        claims.push({ offset: at, bytes: inodeBytes, inode, kind: 'inode' });
        continue;
      }
      const [before, now] = await Promise.all(
        [image, card].map((device) => readUpTo(device, at, inodeBytes)),
      );
      if (before && now && Buffer.compare(before, now) === 0) labels.drop(at, inodeBytes);
      else claims.push({ offset: at, bytes: inodeBytes, inode, kind: 'inode' });
    }
  }
  return claims;
}

/** Which inodes own the blocks of `left`, and the numbers of all folders. */
async function claimedBy(
  tree: ExtTree,
  left: RangeIndex,
  signal: AbortSignal | undefined,
): Promise<{ claims: Claim[]; folders: number[] }> {
  const { device, superblock, groups } = tree;
  const { blockBytes } = superblock;
  const claims: Claim[] = [];
  const folders: number[] = [];
  const budget: ReadBudget = { left: MAX_LIST_BLOCKS };
  await visitInodes(
    device,
    superblock,
    groups,
    async (inode, raw) => {
      const isFolder = (raw.u16(0) & 0xf000) === 0x4000;
      if (isFolder) folders.push(inode);
      if (left.isEmpty || claims.length >= MAX_CLAIMS) return;
      try {
        await visitRuns(tree, inode, raw, budget, (block, count, kind) => {
          for (const range of left.within(block * blockBytes, count * blockBytes)) {
            if (claims.length >= MAX_CLAIMS) break;
            claims.push({
              ...range,
              inode,
              kind: isFolder && kind === 'content' ? 'folder' : kind,
            });
          }
        });
      } catch (error) {
        // An inode that makes no sense owns nothing that could be named.
        if (!(error instanceof MalformedBytes)) throw error;
      }
    },
    signal,
  );
  return { claims, folders };
}

/** Files that the image does not have yet. */
async function addPathsOnCard(
  paths: Map<number, string>,
  card: BlockDevice,
  wanted: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tree = await openTree(card);
  if (!tree) return;
  const { folders } = await claimedBy(tree, new RangeIndex([]), signal);
  for (const [inode, path] of await findPaths(tree, folders, wanted, signal)) {
    paths.set(inode, path);
  }
}

const systemInodes: Readonly<Record<number, string>> = {
  1: 'list of bad blocks',
  3: 'quota of users',
  4: 'quota of groups',
  7: 'room for more group descriptors',
  [JOURNAL_INODE]: 'journal',
};

const kindWords: Readonly<Record<Claim['kind'], string>> = {
  content: '',
  folder: ' (folder)',
  list: ' (its list of blocks)',
  attributes: ' (its attributes)',
  inode: ' (its inode)',
};

function nameOf({ inode, kind }: Claim, paths: ReadonlyMap<number, string>): string {
  const path = paths.get(inode) ?? systemInodes[inode] ?? `inode ${inode}, which no folder names`;
  return `${path}${kindWords[kind]}`;
}
