/** The files of a FAT12, FAT16 or FAT32 volume, for `tree-of.ts`. */

import { readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import { type FatCrossings, findCrossings } from './fat-crossings.ts';
import { type FatEntry, parseFolder } from './fat-folder.ts';
import { FatReader, MAX_FOLDER_BYTES } from './fat-reader.ts';
import { FatTable } from './fat-table.ts';
import { nameText } from './file-name.ts';
import type { FilePiece } from './file-tree.ts';
import type { FileNode, NoteProblem, TreeSource } from './tree-source.ts';

/** Null for the root folder of FAT12 and FAT16, which has a place of its own. */
export type FatPlace = { readonly firstCluster: number } | null;
type FatNode = FileNode<FatPlace>;

const MAX_PIECE_BYTES = 1024 * 1024;

export class FatSource implements TreeSource<FatPlace> {
  readonly #reader: FatReader;
  readonly #table: FatTable;
  readonly folderBytes = Number.POSITIVE_INFINITY;
  #crossings: FatCrossings | null = null;

  constructor(reader: FatReader) {
    this.#reader = reader;
    this.#table = new FatTable(reader.window, reader.geometry, 0);
  }

  async root(): Promise<FatNode> {
    const { bits, rootCluster } = this.#reader.geometry;
    const facts = { ...withoutFacts, name: '/', nameBytes: Uint8Array.of(0x2f), bytes: 0 };
    const firstCluster = bits === 32 ? rootCluster : 0;
    return {
      facts: { ...facts, kind: 'folder', modified: null },
      place: bits === 32 ? { firstCluster } : null,
      key: firstCluster,
      isEncrypted: false,
    };
  }

  async *entries(
    folder: FatNode,
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FatNode, void, void> {
    const bytes = folder.place
      ? await this.#folderBytes(folder.place.firstCluster, note, signal)
      : await this.#fixedRoot();
    for (const entry of parseFolder(new ByteReader(bytes))) {
      throwIfInterrupted(signal);
      if (entry.isLabel) continue;
      if (entry.name === '') note('an entry without a name in it is left out');
      else yield this.#node(entry);
    }
  }

  /** By its very letters; else whatever their case. */
  async find(
    folder: FatNode,
    name: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<FatNode | null> {
    const wanted = new TextDecoder().decode(name).toLowerCase();
    let alike: FatNode | null = null;
    for await (const node of this.entries(folder, () => {}, signal)) {
      const { nameBytes } = node.facts;
      if (Buffer.compare(nameBytes, name) === 0) return node;
      if (new TextDecoder().decode(nameBytes).toLowerCase() === wanted) alike ??= node;
    }
    return alike;
  }

  async *content(
    { place, facts }: FatNode,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FilePiece, void, void> {
    const { clusterBytes } = this.#reader.geometry;
    let offset = 0;
    /** Clusters that lie one behind the other and are read together. */
    let run = { first: 0, count: 0 };
    const readRun = async (): Promise<FilePiece> => {
      const bytes = Math.min(run.count * clusterBytes, facts.bytes - offset);
      const at = this.#reader.clusterOffset(run.first);
      const data = await readUpTo(this.#reader.window, at, bytes);
      if (data.length < bytes) throw new MalformedBytes('it lies past the end of the image');
      const piece = { offset, bytes, data };
      offset += bytes;
      return piece;
    };
    if (facts.bytes === 0) return;
    for await (const cluster of this.#chain(place?.firstCluster ?? 0, signal)) {
      const isNext = run.count > 0 && cluster === run.first + run.count;
      if (isNext && (run.count + 1) * clusterBytes <= MAX_PIECE_BYTES) {
        run = { ...run, count: run.count + 1 };
      } else {
        if (run.count > 0) yield await readRun();
        run = { first: cluster, count: 1 };
      }
      if (offset + run.count * clusterBytes >= facts.bytes) break;
    }
    if (run.count > 0) yield await readRun();
    if (offset < facts.bytes) throw new MalformedBytes('its chain of clusters is too short');
  }

  /** Nothing on a FAT is a link. */
  async target(): Promise<Uint8Array> {
    throw new MalformedBytes('there are no links on a FAT');
  }

  /** Ends where the chain does. Throws MalformedBytes where it runs into another one, or into itself. */
  async *#chain(
    first: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<number, void, void> {
    const { geometry, window, boot } = this.#reader;
    this.#crossings ??= await findCrossings(geometry, this.#table, signal);
    const crossings = this.#crossings;
    if (crossings.isLedTo(first)) {
      throw new MalformedBytes('it begins in the middle of a chain of clusters');
    }
    const reader = new FatReader(window, geometry, boot, this.#table);
    for await (const cluster of reader.chain(first)) {
      throwIfInterrupted(signal);
      if (crossings.isCrossing(cluster)) {
        throw new MalformedBytes('its chain of clusters is crossed by another one, or by itself');
      }
      yield cluster;
    }
  }

  async #folderBytes(
    first: number,
    note: NoteProblem,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const { clusterBytes } = this.#reader.geometry;
    if (!this.#reader.exists(first)) throw new MalformedBytes('it has no cluster');
    const parts: Uint8Array[] = [];
    try {
      for await (const cluster of this.#chain(first, signal)) {
        if (parts.length * clusterBytes >= MAX_FOLDER_BYTES) break;
        const at = this.#reader.clusterOffset(cluster);
        parts.push(await readUpTo(this.#reader.window, at, clusterBytes));
      }
    } catch (error) {
      // What comes before the damage is still the folder's.
      if (!(error instanceof MalformedBytes) || parts.length === 0) throw error;
      note(error.message);
    }
    return Buffer.concat(parts);
  }

  #fixedRoot(): Promise<Uint8Array> {
    const { rootOffset, rootBytes } = this.#reader.geometry;
    return readUpTo(this.#reader.window, rootOffset, Math.min(rootBytes, MAX_FOLDER_BYTES));
  }

  #node(entry: FatEntry): FatNode {
    const nameBytes = bytesOf(entry.name);
    const firstCluster = this.#reader.firstOf(entry);
    const facts = {
      ...withoutFacts,
      name: nameText(nameBytes),
      nameBytes,
      bytes: entry.isFolder ? 0 : entry.bytes,
      modified: entry.modified,
    };
    return {
      facts: { ...facts, kind: entry.isFolder ? 'folder' : 'file' },
      place: { firstCluster },
      key: firstCluster,
      isEncrypted: false,
    };
  }
}

/** What a FAT does not know. */
const withoutFacts = {
  ...{ mode: null, uid: null, gid: null, inode: null, links: null },
  ...{ device: null, unreadable: null },
};

/** UTF-8, but half a surrogate pair as the three bytes that UTF-8 forbids: so that no two names become one. */
function bytesOf(name: string): Uint8Array {
  if (name.isWellFormed()) return new TextEncoder().encode(name);
  const parts = Array.from(name, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code >= 0xd800 && code <= 0xdfff
      ? Uint8Array.of(0xe0 | (code >>> 12), 0x80 | ((code >>> 6) & 0x3f), 0x80 | (code & 0x3f))
      : new TextEncoder().encode(letter);
  });
  return Buffer.concat(parts);
}
