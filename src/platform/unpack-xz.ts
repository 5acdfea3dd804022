/** Unpacks xz files, stream by stream, with xz-embedded as WebAssembly. It checks CRC-32 and CRC-64 of every block. */

import xz from 'xz-decompress';
import type { BlockDevice } from '../engine/block-device.ts';
import { MalformedBytes } from '../engine/bytes.ts';
import { PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { readRange, tooMuchMemory } from './unpack-stream.ts';
import { readXzStreams, type XzStream } from './xz-index.ts';

/**
 * The answers of xz-embedded (`xz.h`: enum xz_ret) that are no damage. Its dictionary is limited to 64 MiB, which is what
 * `xz -9` uses.
 */
const NO_MEMORY = new Set(['3', '4']);
const UNKNOWN_METHOD = new Set(['2', '6']);

/** Throws as `Unpacker.unpack`. */
export async function* unpackXz(
  file: BlockDevice,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for (const stream of await readXzStreams(file)) {
    let bytes = 0;
    for await (const piece of unpackStream(file, stream, signal)) {
      bytes += piece.length;
      if (bytes > stream.plainBytes) break;
      yield piece;
    }
    if (bytes !== stream.plainBytes)
      throw new MalformedBytes('its index is not that of its content');
  }
}

/** What the indexes say. */
export async function xzBytes(file: BlockDevice): Promise<number> {
  const streams = await readXzStreams(file);
  return streams.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
}

async function* unpackStream(
  file: BlockDevice,
  stream: XzStream,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const packed = readRange(file, stream, signal);
  const readFailures: unknown[] = [];
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await packed.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        readFailures.push(error);
        throw error;
      }
    },
    async cancel() {
      await packed.return();
    },
  });
  const plain = new xz.XzReadableStream(source).getReader();
  let isOver = false;
  const read = async (): Promise<Uint8Array | undefined> => {
    try {
      const { done, value } = await plain.read();
      isOver = done;
      return value;
    } catch (error) {
      isOver = true;
      throw readFailures.length > 0 ? readFailures[0] : asXzError(error, file.path);
    }
  };
  try {
    for (let piece = await read(); piece; piece = await read()) {
      throwIfInterrupted(signal);
      if (piece.length > 0) yield piece;
    }
  } finally {
    if (!isOver) await cancel(plain);
    await packed.return();
  }
}

/**
 * Frees the memory of a stream that was not read to its end. When its last piece had been unpacked but not taken, it is free
 * already, and the library trips over that with a TypeError (xz-decompress 0.2.3).
 */
async function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    await reader.cancel();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The library tells the answer of xz-embedded in the text of its error, and nowhere else. */
function asXzError(error: unknown, path: string): unknown {
  const code =
    error instanceof Error ? /failed with error code (\d+)$/.exec(error.message)?.[1] : null;
  if (code === undefined || code === null) return error;
  if (NO_MEMORY.has(code)) return tooMuchMemory(path, error);
  if (UNKNOWN_METHOD.has(code)) {
    const what = `unpacking ${path}, which is packed with an unusual filter or checksum of xz`;
    return new PiKeepError('UNSUPPORTED', { what }, { cause: error });
  }
  return new MalformedBytes('a part of it cannot be unpacked (xz)');
}
