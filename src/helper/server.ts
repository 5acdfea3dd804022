/** Answers read requests from an open device until the caller goes. */

import type { Socket } from 'node:net';
import { BufferPool } from '../engine/aligned-memory.ts';
import type { BlockDevice } from '../engine/block-device.ts';
import type { PiKeepError } from '../engine/errors.ts';
import {
  type FrameReceiver,
  fromHelper,
  parseRead,
  READ_PAYLOAD_BYTES,
  sendFrame,
  toHelper,
} from './frames.ts';
import { badMessage, failureOf, MAX_READ_BYTES, MAX_READS_IN_FLIGHT, toJson } from './protocol.ts';

const FROM = 'caller';
/** Requests that may wait for a buffer. An honest caller never has more than MAX_READS_IN_FLIGHT unanswered ones. */
const MAX_WAITING = 4 * MAX_READS_IN_FLIGHT;

/** Throws BAD_MESSAGE, out of `begin` and `end`, for anything but a read within the device. */
export class ReadServer implements FrameReceiver {
  readonly #socket: Socket;
  readonly #device: BlockDevice;
  readonly #buffers = new BufferPool(MAX_READS_IN_FLIGHT, MAX_READ_BYTES);
  readonly #unanswered = new Set<number>();

  constructor(socket: Socket, device: BlockDevice) {
    this.#socket = socket;
    this.#device = device;
  }

  /** Waits for the reads in work. */
  close(): Promise<void> {
    return this.#device.close();
  }

  begin(kind: number, id: number, length: number): Uint8Array {
    if (kind !== toHelper.read) throw badMessage(FROM, `kind ${kind} while serving`);
    if (length !== READ_PAYLOAD_BYTES) throw badMessage(FROM, `a read of ${length} bytes payload`);
    if (this.#unanswered.has(id)) throw badMessage(FROM, `read ${id} asked for twice`);
    if (this.#unanswered.size >= MAX_WAITING) throw badMessage(FROM, 'too many reads at once');
    return new Uint8Array(READ_PAYLOAD_BYTES);
  }

  end(_kind: number, id: number, payload: Uint8Array): void {
    const { offset, length } = parseRead(payload);
    if (length === 0 || length > MAX_READ_BYTES)
      throw badMessage(FROM, `a read of ${length} bytes`);
    if (offset + BigInt(length) > BigInt(this.#device.size)) {
      throw badMessage(FROM, `a read of ${length} bytes at ${offset}, outside the device`);
    }
    this.#unanswered.add(id);
    void this.#answer(id, Number(offset), length);
  }

  async #answer(id: number, offset: number, length: number): Promise<void> {
    const buffer = await this.#buffers.acquire();
    try {
      if (this.#socket.destroyed) return;
      const data = buffer.subarray(0, length);
      const failure = await this.#device.read(data, offset).then(
        () => null,
        (error: PiKeepError) => failureOf(error),
      );
      const kind = failure ? fromHelper.readFailed : fromHelper.data;
      await sendFrame(this.#socket, kind, id, failure ? toJson(failure) : data);
    } catch {
      // The only thing that can fail here is sending, because the caller has gone; the socket's own 'close' ends us.
      this.#socket.destroy();
    } finally {
      this.#unanswered.delete(id);
      this.#buffers.release(buffer);
    }
  }
}
