/**
 * Reads the fuses back from a program of Electron. After a mark come a version, the number of fuses and one character for
 * each: "1" on, "0" off, "r" removed (Electron's docs/tutorial/fuses.md, "The hard way").
 */

import { readFile } from 'node:fs/promises';
import type { fuses } from './fuses.ts';

export type FuseName = keyof typeof fuses;

/** In the order of the wire, version 1 (build/fuses/fuses.json5 of Electron). Fuses behind the last are not set by PiKeep. */
const names: readonly FuseName[] = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
];

export const FUSE_MARK = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;

/** Throws when the file has no such mark, more than one, or another version of the wire. */
export async function readFuses(path: string): Promise<Readonly<Record<FuseName, boolean>>> {
  const program = await readFile(path);
  const at = program.indexOf(FUSE_MARK);
  if (at < 0) throw new Error(`${path} has no fuses`);
  if (program.indexOf(FUSE_MARK, at + 1) >= 0) throw new Error(`${path} has fuses twice`);
  const wire = program.subarray(at + FUSE_MARK.length);
  const version = wire.readUInt8(0);
  if (version !== FUSE_VERSION || wire.readUInt8(1) < names.length) {
    throw new Error(`${path} has fuses of another kind (version ${version})`);
  }
  const state = (index: number) => String.fromCharCode(wire.readUInt8(2 + index)) === '1';
  const read = Object.fromEntries(names.map((name, index) => [name, state(index)]));
  return read as Record<FuseName, boolean>;
}
