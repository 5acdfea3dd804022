/** What lies beside an image and says what of it matters: its manifest, or the block map of another program. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, isPiKeepError } from '../engine/errors.ts';
import { BMAP_SUFFIX } from '../engine/image/bmap.ts';
import { MAX_MANIFEST_BYTES, type Manifest } from '../engine/image/manifest.ts';
import { english } from '../language/english.ts';
import { readManifest } from '../library/manifest-file.ts';

export interface Warning {
  readonly code: string;
  readonly text: string;
}

export interface ImageFacts {
  readonly manifest: Manifest | null;
  /** The text of a block map; only looked for where there is no manifest. */
  readonly bmap: string | null;
  /** What the user should know before this image is on a card. */
  readonly warnings: readonly Warning[];
}

/**
 * `library`: where a manifest may lie that was parted from its image. Throws NO_SUCH_IMAGE, ACCESS_DENIED. A manifest that makes
 * no sense is a warning: the image can still be written whole.
 */
export async function readImageFacts(image: string, library: string): Promise<ImageFacts> {
  try {
    const manifest = await readManifest(image, library);
    return { manifest, bmap: null, warnings: warningsOf(manifest) };
  } catch (error) {
    if (!isPiKeepError(error, 'MANIFEST_MISSING', 'MANIFEST_INVALID')) throw error;
    const bmap = await readBmap(image);
    const warnings: Warning[] = [];
    if (isPiKeepError(error, 'MANIFEST_INVALID')) {
      const { detail } = error.facts;
      const text =
        bmap === null
          ? english`The manifest of this backup cannot be used (${detail}); every byte of the image is written.`
          : english`The manifest of this backup cannot be used (${detail}); its block map is used.`;
      warnings.push({ code: 'MAP_LOST', text });
    }
    if (bmap !== null && !/<Range\s[^<>]*(?:chksum|sha1)=/.test(bmap)) {
      const text = english`The block map of this image has no checksums, so damage to the image would not be noticed.`;
      warnings.push({ code: 'BMAP_WITHOUT_HASHES', text });
    }
    return { manifest: null, bmap, warnings };
  }
}

function warningsOf({ verified, unreadable }: Manifest): Warning[] {
  const warnings: Warning[] = [];
  if (verified === null) {
    const text = english`This backup was not proven when it was made.`;
    warnings.push({ code: 'IMAGE_UNVERIFIED', text });
  }
  if (unreadable.length > 0) {
    const text =
      unreadable.length === 1
        ? english`This backup is incomplete. One range of the card could not be read when it was made, and zeros stand there.`
        : english`This backup is incomplete. ${unreadable.length} ranges of the card could not be read when it was made, and zeros stand there.`;
    warnings.push({ code: 'IMAGE_INCOMPLETE', text });
  }
  return warnings;
}

/** Where bmaptool looks: NAME.img.bmap, NAME.bmap and so on, one ending less each time (bmaptool, CLI.py, find_and_open_bmap). */
export async function readBmap(image: string): Promise<string | null> {
  const { dir, base } = path.parse(image);
  for (let name = base; path.extname(name) !== ''; ) {
    name = name.slice(0, -path.extname(name).length);
    const text = await readIfAny(path.join(dir, name + BMAP_SUFFIX));
    if (text !== null) return text;
  }
  return null;
}

async function readIfAny(file: string): Promise<string | null> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENXIO', 'ELOOP'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
  try {
    const stats = await handle.stat();
    return stats.isFile() && stats.size <= MAX_MANIFEST_BYTES
      ? await handle.readFile('utf8')
      : null;
  } finally {
    await handle.close();
  }
}
