/**
 * Measures how long a folder of an image takes to list, and what of the file is read for it: `node
 * scripts/time-listing.ts IMAGE [PATH...]`. Apart from the bench, because it needs nothing but an image.
 */

import type { OpenedImage } from '../src/engine/image/image-file.ts';
import { createPlatform } from '../src/platform/index.ts';
import type { Platform } from '../src/platform/ports.ts';
import { runListFiles } from '../src/worker/list-files-task.ts';

/** Bytes and times that reading the image file cost. */
interface Reads {
  bytes: number;
  count: number;
}

function counting(platform: Platform, reads: Reads): Platform {
  const open = async (path: string): Promise<OpenedImage> => {
    const opened = await platform.imageFiles.open(path);
    const { device } = opened;
    const counted = {
      path: device.path,
      size: device.size,
      sectorSize: device.sectorSize,
      read(into: Uint8Array, offset: number) {
        reads.bytes += into.length;
        reads.count++;
        return device.read(into, offset);
      },
      close: () => device.close(),
    };
    return { device: counted, readBackMethod: opened.readBackMethod };
  };
  return { ...platform, imageFiles: { ...platform.imageFiles, open } };
}

async function measure(image: string, path: string | null): Promise<Record<string, unknown>> {
  const reads: Reads = { bytes: 0, count: 0 };
  const started = performance.now();
  const { files } = await runListFiles(
    {
      ...{ task: 'list-files', target: image, path, recursive: false, search: null },
      ...{ offset: 0, limit: 20_000, unpack: false, cacheFolder: '/nonexistent' },
      source: {
        ...{ slot: null, allowDiskImage: false, allowOtherExternal: false, neverTouch: [] },
        door: null,
      },
    },
    {
      createPlatform: async (options) => counting(await createPlatform(options), reads),
      authorizer: { authorize: () => Promise.reject(new Error('nobody is asked here')) },
      signal: new AbortController().signal,
      now: () => Date.now(),
      monotonic: () => performance.now(),
      progress: () => undefined,
      plan: () => undefined,
      held: () => undefined,
      keepsPartial: () => false,
      warn: (_code, text) => process.stderr.write(`${text}\n`),
    },
  );
  const milliseconds = Math.round(performance.now() - started);
  return { path, files: files.length, milliseconds, readBytes: reads.bytes, reads: reads.count };
}

const [image, ...paths] = process.argv.slice(2);
if (image === undefined) throw new Error('which image?');
// The first one alone is opening: the index, the partition table and the superblocks.
for (const path of [null, ...(paths.length > 0 ? paths : ['/', '/etc', '/usr/bin'])]) {
  process.stdout.write(`${JSON.stringify(await measure(image, path))}\n`);
}
