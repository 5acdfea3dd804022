/** A library on a disk of its own: backups as the real pipeline files them, and what people do to them by hand. */

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ManifestOptions, manifestOf } from './manifest.ts';

export interface FiledBackup extends ManifestOptions {
  /** Path below the library. */
  readonly file: string;
  /** What is in the image; every text makes another one of the same length. */
  readonly content?: string;
  readonly unreadable?: boolean;
}

/** Bytes of a plain image: two entries of the map. */
export const IMAGE_BYTES = 8192;

/** Files an image, its manifest and its bmap, with the time of the backup's end. Returns the path of the image. */
export function fileBackup(library: string, options: FiledBackup): string {
  const { file, content = file, at = '2026-11-22T16:40:00.000Z' } = options;
  const image = join(library, file);
  mkdirSync(dirname(image), { recursive: true });
  const bytes = Buffer.alloc(IMAGE_BYTES, content);
  const map = [0, 4096].map((offset) => ({
    offset,
    bytes: 4096,
    sha256: createHash('sha256')
      .update(bytes.subarray(offset, offset + 4096))
      .digest('hex'),
  }));
  const made = manifestOf(file.split('/').at(-1) ?? file, { bytes: IMAGE_BYTES, map, ...options });
  const packed = Buffer.from(`packed ${content}`);
  const stored = made.image.format === 'img' ? bytes : packed;
  const unreadable = options.unreadable ? [{ offset: 0, bytes: 512, files: [] }] : [];
  const manifest = {
    ...made,
    image: { ...made.image, bytes: stored.byteLength },
    unreadable,
  };
  write(image, stored, at);
  write(`${image}.pikeep.json`, `${JSON.stringify(manifest)}\n`, at);
  write(image.replace(/\.img(\.gz|\.zst)?$/, '.bmap'), 'a bmap', at);
  return image;
}

function write(file: string, content: string | Buffer, at: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content);
  chmodSync(file, 0o444);
  utimesSync(file, new Date(at), new Date(at));
}

/** The identity of a card by its table and the number of its root file system. */
export function cardOf(
  tableId: string | null,
  root = '1',
  hostname: string | null = 'octopi',
): NonNullable<ManifestOptions['strong']> {
  return {
    tableId,
    fileSystems: [
      { index: 1, type: 'fat32', uuid: '5E3D-A3DA' },
      { index: 2, type: 'ext', uuid: `0a1b2c3d-0000-4000-8000-00000000000${root}` },
    ],
    hostname,
  };
}
