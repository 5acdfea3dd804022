/** The files of an ext2, ext3 or ext4 file system, for `tree-of.ts`. */

import { MalformedBytes } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import type { ExtVolumeView } from './ext-blocks.ts';
import { contentPieces, readContent } from './ext-content.ts';
import { type ExtEntry, folderParts } from './ext-folder.ts';
import type { ExtInode } from './ext-inode.ts';
import { InodeReader, ROOT_INODE } from './ext-inodes.ts';
import { nameText } from './file-name.ts';
import type { FilePiece } from './file-tree.ts';
import type { FileNode, NoteProblem, TreeSource } from './tree-source.ts';

/** Null where the inode is damaged. */
export type ExtPlace = ExtInode | null;
type ExtNode = FileNode<ExtPlace>;

/** The longest target that Linux takes. */
const MAX_TARGET_BYTES = 4096;
/** The first inode that an ordinary file may have; those below belong to the file system, but for the root. */
const FIRST_INODE = 11;
/**
 * Entries held at once by all listings together. Inodes of one listing are read in the order of their numbers, which in a
 * large folder with an index is nothing like the order of its entries.
 */
const MAX_HELD = 16_384;

export class ExtSource implements TreeSource<ExtPlace> {
  readonly #view: ExtVolumeView;
  readonly #inodes: InodeReader;
  readonly folderBytes: number;
  #held = 0;

  constructor(view: ExtVolumeView) {
    this.#view = view;
    this.#inodes = new InodeReader(view);
    this.folderBytes = view.superblock.blocks * view.superblock.blockBytes * 2;
  }

  async root(): Promise<ExtNode> {
    const inode = await this.#inodes.read(ROOT_INODE);
    if (inode.kind !== 'folder') throw new MalformedBytes('its root is no folder');
    return nodeOf('/', Uint8Array.of(SLASH), inode);
  }

  async *entries(
    folder: ExtNode,
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ExtNode, void, void> {
    let batch: ExtEntry[] = [];
    for await (const entries of this.#parts(folder, note, signal)) {
      batch.push(...entries);
      if (batch.length + this.#held < MAX_HELD) continue;
      yield* this.#flush(batch, note, signal);
      batch = [];
    }
    yield* this.#flush(batch, note, signal);
  }

  async find(
    folder: ExtNode,
    name: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<ExtNode | null> {
    for await (const entries of this.#parts(folder, () => {}, signal)) {
      const entry = entries.find((one) => Buffer.compare(one.name, name) === 0);
      if (entry) return this.#node(entry);
    }
    return null;
  }

  async *content(
    { place }: ExtNode,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FilePiece, void, void> {
    for await (const piece of contentPieces(this.#view, placed(place))) {
      throwIfInterrupted(signal);
      yield piece;
    }
  }

  async target({ place }: ExtNode): Promise<Uint8Array> {
    const target = await readContent(this.#view, placed(place), MAX_TARGET_BYTES);
    if (!target || target.length === 0) throw new MalformedBytes('it is a link of no length');
    // Some tools count the zero byte behind it.
    const end = target.indexOf(0);
    return end < 0 ? target : target.subarray(0, end);
  }

  /** The entries of a folder block by block, without those that are no files. */
  async *#parts(
    { place }: ExtNode,
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly ExtEntry[], void, void> {
    let isFirst = true;
    for await (const { entries, trouble } of folderParts(this.#view, placed(place))) {
      throwIfInterrupted(signal);
      if (trouble !== null) note(trouble);
      yield entries.filter(({ name }, index) => {
        if (!isDots(name)) return true;
        if (!isFirst || index >= 2) note(`a second "${nameText(name)}" in it is left out`);
        return false;
      });
      isFirst = false;
    }
  }

  async *#flush(
    batch: readonly ExtEntry[],
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ExtNode, void, void> {
    const order = batch.map((_, index) => index);
    order.sort((left, right) => (batch[left]?.inode ?? 0) - (batch[right]?.inode ?? 0));
    const nodes: ExtNode[] = new Array(batch.length);
    this.#held += batch.length;
    try {
      for (const index of order) {
        throwIfInterrupted(signal);
        const entry = batch[index];
        if (entry) nodes[index] = await this.#node(entry);
      }
      for (const node of nodes) {
        if (node.place === null) note(`"${node.facts.name}" in it: ${node.facts.unreadable}`);
        yield node;
      }
    } finally {
      this.#held -= batch.length;
    }
  }

  /** An entry whose inode is damaged is one of unknown kind. */
  async #node({ inode: number, name }: ExtEntry): Promise<ExtNode> {
    // A copy: the name is a part of the folder's block.
    const own = name.slice();
    if (number < FIRST_INODE && number !== ROOT_INODE) {
      return damagedNode(own, number, 'it leads into the file system itself');
    }
    try {
      const inode = await this.#inodes.read(number);
      if (inode.kind === 'unknown' || inode.isAttribute) {
        return damagedNode(own, number, 'its inode is that of no file');
      }
      if (inode.links === 0) return damagedNode(own, number, 'its inode was deleted');
      return nodeOf(nameText(own), own, inode);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      return damagedNode(own, number, error.message);
    }
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;

function isDots(name: Uint8Array): boolean {
  return name.length <= 2 && name.every((byte) => byte === DOT);
}

function placed(place: ExtPlace): ExtInode {
  if (!place) throw new MalformedBytes('its inode is damaged');
  return place;
}

function nodeOf(name: string, nameBytes: Uint8Array, inode: ExtInode): ExtNode {
  const { kind, bytes, mode, uid, gid, modified, number, links, device, encrypted } = inode;
  const unreadable = encrypted ? 'it is encrypted' : null;
  const facts = { name, nameBytes, kind, bytes, mode, uid, gid, modified, inode: number, links };
  return {
    facts: { ...facts, device, unreadable },
    place: inode,
    key: number,
    isEncrypted: encrypted,
  };
}

function damagedNode(nameBytes: Uint8Array, inode: number, unreadable: string): ExtNode {
  const unknown = { bytes: 0, mode: null, uid: null, gid: null, modified: null, links: null };
  const name = nameText(nameBytes);
  const facts = { ...unknown, name, nameBytes, kind: 'unknown' as const, inode, device: null };
  return { facts: { ...facts, unreadable }, place: null, key: inode, isEncrypted: false };
}
