/** Opens an image of any origin for a restore, and proves it before a card is touched. */

import { type BlockDevice, readUpTo } from '../block-device.ts';
import { MalformedBytes } from '../bytes.ts';
import { isPiKeepError, PiKeepError } from '../errors.ts';
import { parseBmap } from './bmap-reader.ts';
import type { Compressor } from './compressor.ts';
import { damaged } from './damaged.ts';
import type { ImageFiles } from './image-file.ts';
import {
  DMG_TRAILER_BYTES,
  type ImageKind,
  imageKind,
  isDmgTrailer,
  KIND_BYTES,
} from './image-kind.ts';
import type { Manifest } from './manifest.ts';
import { openImage } from './open-image.ts';
import { type MapPlan, planOfBmap, planOfMap, planOfWhole } from './restore-map.ts';
import { openSeekable } from './restore-seekable.ts';
import type { RestoreSource } from './restore-source.ts';
import { openStream } from './restore-stream.ts';
import type { Unpacker } from './unpacker.ts';
import { readSeekTable } from './zstd.ts';

export interface RestoreSourceOptions {
  readonly files: ImageFiles;
  readonly compressor: Compressor;
  readonly unpacker: Unpacker;
  readonly path: string;
  /** The image's own; null where there is none. It goes before a block map. */
  readonly manifest: Manifest | null;
  /** The text of the block map beside the image; null where there is none. */
  readonly bmap: string | null;
  /** Bytes of the largest card that it may go to: what lies behind it is not wanted. */
  readonly limitBytes: number;
  /** How much there is to check, once, and how much of it was since the last call; bytes of the card or of the packed file. */
  readonly onTotal?: (bytes: number) => void;
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all that a restore could write and compares every hash and checksum there is. The format is told by the first bytes.
 * With a manifest or a block map only what that names is read and will be written; without, all of the image, holes as zeros.
 *
 * Throws NO_SUCH_IMAGE, ACCESS_DENIED, READ_FAILED; NOT_AN_IMAGE when it is something else; IMAGE_DAMAGED when it is cut
 * off, empty, not of whole sectors, not what its checksums say, or not the one that its manifest or block map describes;
 * MANIFEST_INVALID for a block map that cannot be understood; UNSUPPORTED when it wants too much memory or is encrypted;
 * INTERRUPTED.
 */
export async function openRestoreSource(options: RestoreSourceOptions): Promise<RestoreSource> {
  const { files, path, manifest, signal } = options;
  const progress = {
    onTotal: options.onTotal ?? ((): void => undefined),
    onProgress: options.onProgress,
    signal,
  };
  if (manifest) {
    const device = await openBackup(options, manifest);
    const plan = planOfMap(manifest.map, manifest.source.bytes);
    return openSeekable({ device, plan, manifest, ...progress });
  }
  const bmapPlan = bmapPlanOf(options);
  const { device: file } = await files.open(path);
  let device: BlockDevice | null = null;
  let kind: ImageKind;
  try {
    kind = await kindOf(file);
    if (kind.kind === 'packed' && kind.form === 'zstd') device = await openZstd(options, file);
  } catch (error) {
    await file.close();
    throw damaged(error, path);
  }
  if (kind.kind === 'packed' && !device) {
    const { unpacker, limitBytes } = options;
    const plan = bmapPlan ?? planOfWhole(limitBytes);
    return openStream({ file, form: kind.form, unpacker, plan, limitBytes, ...progress });
  }
  if (device) await file.close();
  const plain = device ?? file;
  const plan = bmapPlan ?? planOfWhole(Math.min(plain.size, options.limitBytes));
  return openSeekable({ device: plain, plan, manifest: null, ...progress });
}

/** What a file is by its first and last bytes. Throws NOT_AN_IMAGE, and MalformedBytes when there is nothing in it. */
export async function kindOf(file: BlockDevice): Promise<Exclude<ImageKind, { kind: 'foreign' }>> {
  const { path, size } = file;
  if (size === 0) throw new MalformedBytes('it is empty');
  const kind = imageKind(await readUpTo(file, 0, KIND_BYTES));
  if (kind.kind === 'foreign') throw new PiKeepError('NOT_AN_IMAGE', { path, what: kind.what });
  const end = await readUpTo(file, Math.max(0, size - DMG_TRAILER_BYTES), DMG_TRAILER_BYTES);
  if (!isDmgTrailer(end)) return kind;
  throw new PiKeepError('NOT_AN_IMAGE', { path, what: 'a disk image of macOS (.dmg)' });
}

/** A backup of PiKeep. Throws IMAGE_DAMAGED unless it has the size and the form that its manifest says. */
async function openBackup(options: RestoreSourceOptions, manifest: Manifest): Promise<BlockDevice> {
  const { image, source } = manifest;
  const { device } = await openImage({ ...options, manifest });
  const isPlain = image.format === 'img';
  if (device.size === source.bytes && (!isPlain || device.size === image.bytes)) {
    return { ...forwarding(device), sectorSize: source.sectorBytes };
  }
  await device.close();
  const detail = `it has ${device.size} bytes instead of ${source.bytes}`;
  throw new PiKeepError('IMAGE_DAMAGED', { path: options.path, detail });
}

function forwarding(device: BlockDevice): BlockDevice {
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => device.read(into, offset),
    close: () => device.close(),
  };
}

function bmapPlanOf({ bmap, path }: RestoreSourceOptions): MapPlan | null {
  if (bmap === null) return null;
  try {
    return planOfBmap(parseBmap(bmap));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    const detail = `its block map (.bmap): ${error.message}.`;
    throw new PiKeepError('MANIFEST_INVALID', { path, detail }, { cause: error });
  }
}

/** Frames of one size with a table can be read from anywhere; null when it has to be unpacked as a stream. */
async function openZstd(
  options: RestoreSourceOptions,
  file: BlockDevice,
): Promise<BlockDevice | null> {
  if (!(await readSeekTable(file))) return null;
  try {
    return (await openImage({ ...options, manifest: null, format: 'img.zst' })).device;
  } catch (error) {
    // Unpacking everything shows what the file is worth.
    if (isPiKeepError(error, 'IMAGE_DAMAGED', 'UNSUPPORTED')) return null;
    throw error;
  }
}
