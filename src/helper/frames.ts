/**
 * Frames on the socket: kind (1 byte), id (u32), length (u32), then `length` bytes. All numbers are big-endian. Nothing
 * is allocated for a length before the receiver has agreed to it.
 */

import type { Socket } from 'node:net';

/**
 * Helper to caller. HELLO, OPENED and FAILED carry JSON, id 0; the others answer the READ, WRITE, FLUSH or FINISH of that
 * id. READ_FAILED and WRITE_FAILED (for all but READ) carry JSON, DATA what was read, the rest nothing.
 */
export const fromHelper = {
  hello: 1,
  opened: 2,
  failed: 3,
  data: 4,
  readFailed: 5,
  written: 6,
  writeFailed: 7,
  flushed: 8,
  finished: 9,
} as const;
/**
 * Caller to helper. ACCEPTED (empty) follows a good HELLO; READ carries offset (u64) and length (u32), WRITE offset (u64)
 * and the bytes; FLUSH is empty; FINISH too, and no WRITE, FLUSH or FINISH may follow it.
 */
export const toHelper = { accepted: 16, read: 17, write: 18, flush: 19, finish: 20 } as const;

export const READ_PAYLOAD_BYTES = 12;
/** Bytes of a WRITE in front of what is to be written. */
export const WRITE_OFFSET_BYTES = 8;
const HEADER_BYTES = 9;

export interface FrameReceiver {
  /** Returns where the payload goes, exactly `length` bytes. Throws for a frame that may not come now. */
  begin(kind: number, id: number, length: number): Uint8Array;
  /** The payload is complete. */
  end(kind: number, id: number, payload: Uint8Array): void;
}

/** Cuts a stream into frames; the payload is copied straight to where the receiver wants it. */
export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #payload: Uint8Array | null = null;
  #payloadBytes = 0;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  /** Throws what the receiver throws; the stream is then beyond repair. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength) {
      if (!this.#payload) {
        const taken = Math.min(HEADER_BYTES - this.#headerBytes, chunk.byteLength - at);
        this.#header.set(chunk.subarray(at, at + taken), this.#headerBytes);
        this.#headerBytes += taken;
        at += taken;
        if (this.#headerBytes < HEADER_BYTES) return;
        this.#payload = this.#receiver.begin(this.#kind, this.#id, this.#header.readUInt32BE(5));
        this.#payloadBytes = 0;
      }
      const payload = this.#payload;
      const taken = Math.min(payload.byteLength - this.#payloadBytes, chunk.byteLength - at);
      payload.set(chunk.subarray(at, at + taken), this.#payloadBytes);
      this.#payloadBytes += taken;
      at += taken;
      if (this.#payloadBytes < payload.byteLength) return;
      this.#payload = null;
      this.#headerBytes = 0;
      this.#receiver.end(this.#kind, this.#id, payload);
    }
  }

  get #kind(): number {
    return this.#header.readUInt8(0);
  }

  get #id(): number {
    return this.#header.readUInt32BE(1);
  }
}

/** Sends one frame, its payload in pieces as they lie. Resolves when their memory may be used for something else. */
export function sendFrame(
  socket: Socket,
  kind: number,
  id: number,
  ...payload: readonly Uint8Array[]
): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(id, 1);
  header.writeUInt32BE(
    payload.reduce((sum, { byteLength }) => sum + byteLength, 0),
    5,
  );
  return new Promise((resolve, reject) => {
    const pieces = [header, ...payload];
    const last = pieces.length - 1;
    socket.cork();
    for (const [index, piece] of pieces.entries()) {
      if (index < last) socket.write(piece);
      else socket.write(piece, (error) => (error ? reject(error) : resolve()));
    }
    socket.uncork();
  });
}

export function readPayload(offset: number, length: number): Uint8Array {
  const payload = Buffer.alloc(READ_PAYLOAD_BYTES);
  payload.writeBigUInt64BE(BigInt(offset), 0);
  payload.writeUInt32BE(length, 8);
  return payload;
}

/** `offset` may be any unsigned 64-bit number; the receiver checks it against the device before it uses it. */
export function parseRead(payload: Uint8Array): { offset: bigint; length: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { offset: view.getBigUint64(0), length: view.getUint32(8) };
}

/** What goes in front of the bytes of a WRITE. */
export function writeOffset(offset: number): Uint8Array {
  const start = Buffer.alloc(WRITE_OFFSET_BYTES);
  start.writeBigUInt64BE(BigInt(offset), 0);
  return start;
}

/** As `parseRead`; `data` is the rest of the payload, not a copy. */
export function parseWrite(payload: Uint8Array): { offset: bigint; data: Uint8Array } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { offset: view.getBigUint64(0), data: payload.subarray(WRITE_OFFSET_BYTES) };
}
