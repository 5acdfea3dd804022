/** Trees of files as flat records, from our readers and from what a judge has laid out on this computer: to be compared. */

import { createHash } from 'node:crypto';
import { lstatSync, opendirSync, readFileSync, readlinkSync } from 'node:fs';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import { joinPath, nameBytes, nameText, targetText } from '../../src/engine/file-name.ts';
import type { FilePiece, FileTree } from '../../src/engine/file-tree.ts';
import { openFileTrees } from '../../src/engine/files.ts';

/** Path → everything about the file in words. */
export type Snapshot = Record<string, string>;

export interface SnapshotOptions {
  /** Owners, modes, link counts and the exact time besides. */
  readonly withOwners?: boolean;
  readonly leaveOut?: (path: string) => boolean;
}

/** The only tree of a device. */
export async function openOnlyTree(device: BlockDevice): Promise<FileTree> {
  const [tree, ...others] = await openFileTrees(device, await readCard(device));
  if (!tree || others.length > 0) throw new Error(`not one tree, but ${others.length}`);
  return tree;
}

export async function snapshotTree(
  tree: FileTree,
  { withOwners = true, leaveOut = () => false }: SnapshotOptions = {},
): Promise<Snapshot> {
  const snapshot: Snapshot = {};
  for await (const file of tree.walk('/')) {
    const { path, kind, bytes, mode, uid, gid, modified, links, device } = file;
    if (leaveOut(path)) continue;
    const what: unknown[] = [kind];
    if (kind === 'file') what.push(bytes, await hashPieces(tree.read(path)));
    if (kind === 'link') what.push(await tree.linkTarget(path));
    else if (withOwners) what.push(mode);
    if (device) what.push(device.major, device.minor);
    if (withOwners) what.push(uid, gid, kind === 'folder' ? null : links, modified);
    snapshot[path] = what.join(' ');
  }
  return sorted(snapshot);
}

/** The same of a folder on this computer, links not followed. */
export function snapshotFolder(
  folder: string,
  { withOwners = true, leaveOut = () => false }: SnapshotOptions = {},
): Snapshot {
  const snapshot: Snapshot = {};
  const visit = (host: Buffer, path: string): void => {
    const directory = opendirSync(host, { encoding: 'buffer' as 'utf8' });
    const names: Buffer[] = [];
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      names.push(Buffer.from(entry.name as unknown as Buffer));
    }
    directory.closeSync();
    for (const name of names) {
      const below = Buffer.concat([host, Buffer.from('/'), name]);
      const childPath = joinPath(path, nameText(name));
      if (leaveOut(childPath)) continue;
      const facts = lstatSync(below);
      const what: unknown[] = [kindOf(facts)];
      if (facts.isFile()) what.push(facts.size, sha256(readFileSync(below)));
      if (facts.isSymbolicLink()) what.push(targetText(readlinkSync(below, 'buffer')));
      else if (withOwners) what.push(facts.mode & 0o7777);
      if (facts.isCharacterDevice() || facts.isBlockDevice()) {
        what.push(majorOf(facts.rdev), minorOf(facts.rdev));
      }
      const { uid, gid, nlink, mtimeMs } = facts;
      if (withOwners) what.push(uid, gid, facts.isDirectory() ? null : nlink, Math.floor(mtimeMs));
      snapshot[childPath] = what.join(' ');
      if (facts.isDirectory()) visit(below, childPath);
    }
  };
  visit(Buffer.from(folder), '/');
  return sorted(snapshot);
}

type Facts = ReturnType<typeof lstatSync> & object;

function kindOf(facts: Facts): string {
  if (facts.isFile()) return 'file';
  if (facts.isDirectory()) return 'folder';
  if (facts.isSymbolicLink()) return 'link';
  if (facts.isCharacterDevice()) return 'character-device';
  if (facts.isBlockDevice()) return 'block-device';
  return facts.isFIFO() ? 'pipe' : 'socket';
}

/** As glibc puts them together: gnu_dev_makedev. */
function majorOf(device: number): number {
  return Math.floor(device / 256) & 0xfff;
}

function minorOf(device: number): number {
  return (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);
}

/** Of the whole content, holes as zeros. Throws where pieces do not follow each other, or one is too long. */
export async function hashPieces(pieces: AsyncIterable<FilePiece>): Promise<string> {
  const hash = createHash('sha256');
  let end = 0;
  for await (const { offset, bytes, data } of pieces) {
    if (offset !== end || bytes <= 0) throw new Error(`a piece of ${bytes} at ${offset}`);
    if (data && (data.length !== bytes || bytes > 2 ** 20)) throw new Error(`${bytes} at once`);
    hash.update(data ?? Buffer.alloc(bytes));
    end = offset + bytes;
  }
  return hash.digest('hex');
}

export async function readAll(tree: FileTree, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { data, bytes } of tree.read(path)) parts.push(data ?? Buffer.alloc(bytes));
  return Buffer.concat(parts);
}

/** All of a list. */
export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

/** The path of a name of any bytes below a host folder. */
export function hostPath(folder: string, name: string): Buffer {
  const bytes = nameBytes(name);
  if (!bytes) throw new Error(`no name: ${name}`);
  return Buffer.concat([Buffer.from(`${folder}/`), bytes]);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function sorted(snapshot: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(snapshot).sort(([a], [b]) => (a < b ? -1 : 1)));
}
