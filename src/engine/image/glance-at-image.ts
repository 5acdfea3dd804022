/** What can be said of an image at once, for the question before a restore: nothing is unpacked, nothing is proven. */

import type { BlockDevice } from '../block-device.ts';
import { totalBytes } from '../chunks.ts';
import { damaged } from './damaged.ts';
import type { MapEntry } from './map.ts';
import { type FormOptions, openForm } from './open-form.ts';
import { requireSize } from './restore-scan.ts';
import type { MapOrigin } from './restore-source.ts';
import type { Unpacker } from './unpacker.ts';

export interface GlanceOptions extends FormOptions {
  readonly unpacker: Unpacker;
}

interface AnyGlance {
  readonly path: string;
  readonly mapOrigin: MapOrigin;
  /** Bytes that a restore writes; null when only unpacking tells. */
  readonly mappedBytes: number | null;
  close(): Promise<void>;
}

/** An image that can be read from anywhere. */
interface OpenGlance extends AnyGlance {
  readonly bytes: number;
  readonly mappedBytes: number;
  readonly view: BlockDevice;
  /** Hashes that are not known yet are empty. */
  readonly map: readonly MapEntry[];
}

/** An image that has to be unpacked from its beginning. */
interface StreamGlance extends AnyGlance {
  /** As the file says; null where it does not. */
  readonly bytes: number | null;
  readonly view: null;
}

export type ImageGlance = OpenGlance | StreamGlance;

/**
 * The receiver closes it. Throws NO_SUCH_IMAGE, ACCESS_DENIED, READ_FAILED, NOT_AN_IMAGE, UNSUPPORTED, MANIFEST_INVALID for a
 * block map; IMAGE_DAMAGED as far as it shows at a glance: empty, cut off, not of the size its manifest or map says.
 */
export async function glanceAtImage(options: GlanceOptions): Promise<ImageGlance> {
  const { path, unpacker } = options;
  const opened = await openForm(options);
  const { plan } = opened;
  const mapOrigin = plan.origin;
  if (opened.kind === 'seekable') {
    const { device: view } = opened;
    const close = (): Promise<void> => view.close();
    try {
      requireSize(view.size, plan);
    } catch (error) {
      await close();
      throw damaged(error, path);
    }
    const map = opened.plan.entries.map((entry) => ({ ...entry, sha256: entry.sha256 ?? '' }));
    const mappedBytes = totalBytes(map);
    return { path, mapOrigin, bytes: view.size, mappedBytes, view, map, close };
  }
  const { file, form } = opened;
  const close = (): Promise<void> => file.close();
  try {
    const bytes = plan.imageBytes ?? (await unpacker.statedBytes(file, form));
    const mappedBytes = plan.origin === 'bmap' ? totalBytes([...plan.entries]) : bytes;
    return { path, mapOrigin, bytes, mappedBytes, view: null, close };
  } catch (error) {
    await close();
    throw damaged(error, path);
  }
}
