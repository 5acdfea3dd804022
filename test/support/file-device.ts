/** An image file as a block device that counts what is asked of it. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { BlockDevice } from '../../src/engine/block-device.ts';

export interface FileDevice extends BlockDevice {
  readonly reads: number;
  readonly bytesRead: number;
}

export function openFileDevice(path: string): FileDevice {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  let closed = false;
  let reads = 0;
  let bytesRead = 0;
  return {
    path,
    size,
    sectorSize: 512,
    get reads() {
      return reads;
    },
    get bytesRead() {
      return bytesRead;
    },
    async read(into, offset) {
      if (offset < 0 || offset + into.length > size) {
        throw new RangeError(`${into.length} bytes at ${offset} lie outside of ${path}`);
      }
      reads++;
      bytesRead += into.length;
      for (let at = 0; at < into.length; ) {
        const got = readSync(fd, into, at, into.length - at, offset + at);
        if (got === 0) throw new Error(`${path} has become shorter`);
        at += got;
      }
    },
    async close() {
      if (!closed) closeSync(fd);
      closed = true;
    },
  };
}

/** Opens, uses and closes. */
export async function withFileDevice<T>(
  path: string,
  use: (device: FileDevice) => Promise<T>,
): Promise<T> {
  const device = openFileDevice(path);
  try {
    return await use(device);
  } finally {
    await device.close();
  }
}
