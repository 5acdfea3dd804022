/** Answers the writes of a restore, and its reads, from an open device until the caller goes. */

import type { Socket } from 'node:net';
import { allocateAligned } from '../engine/aligned-memory.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import {
  type FrameReceiver,
  fromHelper,
  parseWrite,
  sendFrame,
  toHelper,
  WRITE_OFFSET_BYTES,
} from './frames.ts';
import {
  badMessage,
  failureOf,
  MAX_WRITE_BYTES,
  MAX_WRITES_IN_FLIGHT,
  toJson,
} from './protocol.ts';
import { ReadServer } from './server.ts';

const FROM = 'caller';
/** Answers that may wait for the caller to take them; an honest one never lets so many pile up. */
const MAX_UNANSWERED = 4 * MAX_WRITES_IN_FLIGHT;
/** Where the data of a WRITE begins in a slot, so that the device can take it from there without a copy. */
const DATA_AT = 16_384;

/**
 * Throws BAD_MESSAGE, out of `begin` and `end`, for anything but reads, whole sectors to write within the device, a flush,
 * and one end of the writing. A WRITE is received into one of a fixed number of buffers and written only when it is complete.
 */
export class RestoreServer implements FrameReceiver {
  readonly #socket: Socket;
  readonly #device: WritableDevice;
  readonly #reads: ReadServer;
  readonly #slots = Array.from({ length: MAX_WRITES_IN_FLIGHT }, () =>
    allocateAligned(DATA_AT + MAX_WRITE_BYTES),
  );
  readonly #unanswered = new Set<number>();
  readonly #underWay = new Set<Promise<void>>();
  /** The buffer of the WRITE that is coming in. */
  #receiving: Uint8Array<ArrayBuffer> | null = null;
  #isFlushing = false;
  #mayWrite = true;

  constructor(socket: Socket, device: WritableDevice) {
    this.#socket = socket;
    this.#device = device;
    this.#reads = new ReadServer(socket, device);
  }

  begin(kind: number, id: number, length: number): Uint8Array {
    if (kind === toHelper.write) return this.#beginWrite(id, length);
    if (kind === toHelper.flush || kind === toHelper.finish) return this.#beginCall(id, length);
    return this.#reads.begin(kind, id, length);
  }

  end(kind: number, id: number, payload: Uint8Array): void {
    if (kind === toHelper.write) this.#write(id, payload);
    else if (kind === toHelper.flush) this.#flush(id);
    else if (kind === toHelper.finish) this.#finish(id);
    else this.#reads.end(kind, id, payload);
  }

  /** Lets what is in work come to its end, makes it reach the medium, and gives the device up. What came in half is not written. */
  async close(): Promise<void> {
    const wasWriting = this.#mayWrite;
    this.#mayWrite = false;
    await Promise.allSettled(this.#underWay);
    try {
      if (wasWriting) await this.#device.flush();
    } finally {
      await this.#device.close();
    }
  }

  #beginWrite(id: number, length: number): Uint8Array {
    this.#expectWriting(id);
    const bytes = length - WRITE_OFFSET_BYTES;
    if (bytes <= 0 || bytes > MAX_WRITE_BYTES) throw badMessage(FROM, `a write of ${bytes} bytes`);
    const slot = this.#slots.pop();
    if (!slot) throw badMessage(FROM, 'too many writes at once');
    this.#receiving = slot;
    return slot.subarray(DATA_AT - WRITE_OFFSET_BYTES, DATA_AT + bytes);
  }

  #beginCall(id: number, length: number): Uint8Array {
    this.#expectWriting(id);
    if (length !== 0) throw badMessage(FROM, `${length} bytes where none are expected`);
    return new Uint8Array(0);
  }

  #expectWriting(id: number): void {
    if (!this.#mayWrite) throw badMessage(FROM, 'the writing has been finished');
    if (this.#unanswered.has(id)) throw badMessage(FROM, `${id} asked for twice`);
    if (this.#unanswered.size >= MAX_UNANSWERED) throw badMessage(FROM, 'too much asked at once');
  }

  #write(id: number, payload: Uint8Array): void {
    const slot = this.#receiving;
    this.#receiving = null;
    if (!slot) throw badMessage(FROM, 'the end of a write that never began');
    const { offset, data } = parseWrite(payload);
    const { size, sectorSize } = this.#device;
    const bytes = data.byteLength;
    if (offset + BigInt(bytes) > BigInt(size)) {
      throw badMessage(FROM, `a write of ${bytes} bytes at ${offset}, outside the device`);
    }
    if (bytes % sectorSize !== 0 || offset % BigInt(sectorSize) !== 0n) {
      throw badMessage(FROM, `a write of ${bytes} bytes at ${offset}, not of whole sectors`);
    }
    // The buffer is free before the caller hears of it, who may send the next write at once.
    this.#perform(id, fromHelper.written, () =>
      this.#device.write(data, Number(offset)).finally(() => this.#slots.push(slot)),
    );
  }

  #flush(id: number): void {
    if (this.#isFlushing) throw badMessage(FROM, 'a flush during a flush');
    this.#isFlushing = true;
    this.#perform(id, fromHelper.flushed, () =>
      this.#device.flush().finally(() => {
        this.#isFlushing = false;
      }),
    );
  }

  #finish(id: number): void {
    if (this.#isFlushing || this.#slots.length < MAX_WRITES_IN_FLIGHT) {
      throw badMessage(FROM, 'the end of the writing while something is being written');
    }
    this.#mayWrite = false;
    this.#perform(id, fromHelper.finished, () => this.#device.finishWriting());
  }

  #perform(id: number, success: number, work: () => Promise<void>): void {
    this.#unanswered.add(id);
    const done = work().then(
      () => null,
      (error: unknown) => failureOf(error),
    );
    const settled = done.then(() => undefined);
    this.#underWay.add(settled);
    void settled.then(() => this.#underWay.delete(settled));
    void done.then((failure) =>
      failure
        ? this.#answer(fromHelper.writeFailed, id, toJson(failure))
        : this.#answer(success, id, new Uint8Array(0)),
    );
  }

  async #answer(kind: number, id: number, payload: Uint8Array): Promise<void> {
    try {
      if (!this.#socket.destroyed) await sendFrame(this.#socket, kind, id, payload);
    } catch {
      // The caller has gone; the socket's own 'close' ends us, after what is in work.
      this.#socket.destroy();
    } finally {
      this.#unanswered.delete(id);
    }
  }
}
