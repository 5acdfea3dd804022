/**
 * The block map of an image, version 2.0, as bmaptool reads it: which blocks of the unpacked image have to be written, each
 * range with its SHA-256. Written from the used map, never from holes. Source: the format notes in bmaptool's BmapCreate.
 */

import { createHash } from 'node:crypto';
import { MAP_ALIGNMENT } from '../chunks.ts';
import type { MapEntry } from './map.ts';

/** The bmap of NAME.img is NAME.bmap, whatever its format: bmaptool looks for it there. */
export const BMAP_SUFFIX = '.bmap';

const BLOCK_BYTES = MAP_ALIGNMENT;
/** Stands in for the file's own checksum while that is computed. */
const NO_CHECKSUM = '0'.repeat(64);

/** The text of a bmap for an unpacked image of `imageBytes`. Entries start on multiples of 4096 bytes. */
export function bmapText(map: readonly MapEntry[], imageBytes: number): string {
  const mapped = map.reduce((sum, entry) => sum + blocksOf(entry.bytes), 0);
  const lines = [
    '<?xml version="1.0" ?>',
    '<bmap version="2.0">',
    `    <ImageSize> ${imageBytes} </ImageSize>`,
    `    <BlockSize> ${BLOCK_BYTES} </BlockSize>`,
    `    <BlocksCount> ${blocksOf(imageBytes)} </BlocksCount>`,
    `    <MappedBlocksCount> ${mapped} </MappedBlocksCount>`,
    '    <ChecksumType> sha256 </ChecksumType>',
    `    <BmapFileChecksum> ${NO_CHECKSUM} </BmapFileChecksum>`,
    '    <BlockMap>',
    ...map.map(rangeLine),
    '    </BlockMap>',
    '</bmap>',
    '',
  ];
  const text = lines.join('\n');
  return text.replace(NO_CHECKSUM, createHash('sha256').update(text).digest('hex'));
}

function rangeLine(entry: MapEntry): string {
  const first = entry.offset / BLOCK_BYTES;
  const last = first + blocksOf(entry.bytes) - 1;
  const blocks = first === last ? `${first}` : `${first}-${last}`;
  return `        <Range chksum="${entry.sha256}"> ${blocks} </Range>`;
}

function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES);
}
