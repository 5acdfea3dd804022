/** Opens an image by what it is: a backup with its manifest, or a file from elsewhere told by its first bytes. */

import { english } from '../../language/english.ts';
import { type BlockDevice, readUpTo } from '../block-device.ts';
import { MalformedBytes } from '../bytes.ts';
import { PiKeepError } from '../errors.ts';
import { parseBmap } from './bmap-reader.ts';
import type { Compressor } from './compressor.ts';
import { damaged } from './damaged.ts';
import type { ImageFiles } from './image-file.ts';
import {
  DMG_TRAILER_BYTES,
  foreignContent,
  hasTable,
  type ImageKind,
  imageKind,
  isDmgTrailer,
  KIND_BYTES,
  packedEnding,
} from './image-kind.ts';
import type { Manifest } from './manifest.ts';
import { openImage } from './open-image.ts';
import {
  type EndingPlan,
  type MapPlan,
  planOfBmap,
  planOfMap,
  planOfStream,
  planOfWhole,
} from './restore-map.ts';
import type { PackedForm } from './unpacker.ts';
import { readSeekTable } from './zstd.ts';

export interface FormOptions {
  readonly files: Pick<ImageFiles, 'open'>;
  readonly compressor: Compressor;
  readonly path: string;
  /** The image's own; null where there is none. It goes before a block map. */
  readonly manifest: Manifest | null;
  /** The text of the block map beside the image; null where there is none. */
  readonly bmap: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** Whoever gets it closes the device or the file. */
export type OpenedForm =
  | { readonly kind: 'seekable'; readonly device: BlockDevice; readonly plan: EndingPlan }
  | {
      readonly kind: 'stream';
      readonly file: BlockDevice;
      readonly form: PackedForm;
      readonly plan: MapPlan;
    };

/**
 * Nothing but the start and the end of the file is looked at. Throws NO_SUCH_IMAGE, ACCESS_DENIED, READ_FAILED, NOT_AN_IMAGE,
 * IMAGE_DAMAGED when it is empty or not the one its manifest describes, MANIFEST_INVALID for a block map that cannot be
 * understood.
 */
export async function openForm(options: FormOptions): Promise<OpenedForm> {
  const { files, path, manifest } = options;
  if (manifest) {
    const device = await openBackup(options, manifest);
    return { kind: 'seekable', device, plan: planOfMap(manifest.map, manifest.source.bytes) };
  }
  const bmapPlan = bmapPlanOf(options);
  const { device: file } = await files.open(path);
  try {
    const kind = await kindOf(file);
    if (kind.kind === 'raw') {
      return { kind: 'seekable', device: file, plan: bmapPlan ?? planOfWhole(file.size) };
    }
    const device = kind.form === 'zstd' ? await openZstd(options, file) : null;
    if (!device) {
      return { kind: 'stream', file, form: kind.form, plan: bmapPlan ?? planOfStream() };
    }
    await file.close();
    return { kind: 'seekable', device, plan: bmapPlan ?? planOfWhole(device.size) };
  } catch (error) {
    await file.close();
    throw damaged(error, path);
  }
}

/** What a file is by its first and last bytes. Throws NOT_AN_IMAGE, and MalformedBytes when there is nothing in it. */
async function kindOf(file: BlockDevice): Promise<Exclude<ImageKind, { kind: 'foreign' }>> {
  const { path, size } = file;
  if (size === 0) throw new MalformedBytes('it is empty');
  const head = await readUpTo(file, 0, KIND_BYTES);
  const kind = imageKind(head);
  if (kind.kind === 'foreign') throw new PiKeepError('NOT_AN_IMAGE', { path, what: kind.what });
  const ending = kind.kind === 'raw' ? packedEnding(path) : null;
  // One that a browser has unpacked and left its name to begins as a card does.
  if (ending !== null && !hasTable(head)) {
    const what = english`a file that is called ${ending}, but does not begin as one: it is damaged, or something else`;
    throw new PiKeepError('NOT_AN_IMAGE', { path, what });
  }
  const end = await readUpTo(file, Math.max(0, size - DMG_TRAILER_BYTES), DMG_TRAILER_BYTES);
  if (!isDmgTrailer(end)) return kind;
  throw new PiKeepError('NOT_AN_IMAGE', { path, what: english`a disk image of macOS (.dmg)` });
}

/** A backup of PiKeep. Throws IMAGE_DAMAGED unless it has the size and the form that its manifest says. */
async function openBackup(options: FormOptions, manifest: Manifest): Promise<BlockDevice> {
  const { path } = options;
  const { image, source } = manifest;
  const { device } = await openImage({ ...options, manifest });
  const isPlain = image.format === 'img';
  if (device.size === source.bytes && (!isPlain || device.size === image.bytes)) {
    return {
      path,
      size: device.size,
      sectorSize: source.sectorBytes,
      read: (into, offset) => device.read(into, offset),
      close: () => device.close(),
    };
  }
  await device.close();
  const detail = english`it has ${device.size} bytes instead of ${source.bytes}`;
  throw new PiKeepError('IMAGE_DAMAGED', { path, detail });
}

function bmapPlanOf({ bmap, path }: FormOptions): EndingPlan | null {
  if (bmap === null) return null;
  try {
    return planOfBmap(parseBmap(bmap));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    const detail = english`its block map (.bmap) is not as it was written, ${error.message}.`;
    throw new PiKeepError('MANIFEST_INVALID', { path, detail }, { cause: error });
  }
}

/** Frames of one size with a table can be read from anywhere; null when it has to be unpacked as a stream. */
async function openZstd(options: FormOptions, file: BlockDevice): Promise<BlockDevice | null> {
  if (!(await readSeekTable(file))) return null;
  const { device } = await openImage({ ...options, manifest: null, format: 'img.zst' });
  try {
    const what = foreignContent(await readUpTo(device, 0, KIND_BYTES));
    if (what !== null) throw new PiKeepError('NOT_AN_IMAGE', { path: options.path, what });
    return device;
  } catch (error) {
    await device.close();
    throw error;
  }
}
