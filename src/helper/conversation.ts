/** The helper's end of the socket. */

import type { Socket } from 'node:net';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { FrameReader, type FrameReceiver, toHelper } from './frames.ts';
import { badMessage } from './protocol.ts';

/** The caller's side of the talk, as two promises: that it accepted us, and that it is gone (or misbehaved). */
export class Conversation implements FrameReceiver {
  readonly socket: Socket;
  readonly accepted: Promise<void>;
  /** Resolves when the caller has gone, rejects with BAD_MESSAGE when it said what it may not. */
  readonly closed: Promise<void>;
  /** Rejects as soon as the caller has gone or misbehaved. */
  readonly gone: Promise<never>;
  /** Who takes the frames once a device is open. */
  receiver: FrameReceiver | null = null;
  #accept: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    const frames = new FrameReader(this);
    let isOver = false;
    this.closed = new Promise((resolve, reject) => {
      socket.on('data', (chunk) => {
        // After one wrong word nothing is listened to, least of all a write.
        if (isOver) return;
        try {
          frames.push(chunk);
        } catch (error) {
          isOver = true;
          socket.pause();
          reject(asPiKeepError(error));
        }
      });
      socket.on('error', () => resolve());
      socket.on('end', () => resolve());
      socket.on('close', () => resolve());
    });
    this.gone = this.closed.then(() => {
      throw new PiKeepError('HELPER_FAILED', { detail: 'the caller has gone' });
    });
    const accepting = new Promise<void>((resolve) => {
      this.#accept = resolve;
    });
    this.accepted = Promise.race([accepting, this.gone]);
    // Whoever awaits these hears of a failure; nobody awaits both of them all the time.
    for (const promise of [this.closed, this.gone, this.accepted]) promise.catch(() => undefined);
  }

  begin(kind: number, id: number, length: number): Uint8Array {
    if (this.receiver) return this.receiver.begin(kind, id, length);
    if (kind !== toHelper.accepted || id !== 0 || length !== 0) {
      throw badMessage('caller', `kind ${kind} before the device is open`);
    }
    return new Uint8Array(0);
  }

  end(kind: number, id: number, payload: Uint8Array): void {
    if (this.receiver) this.receiver.end(kind, id, payload);
    else this.#accept();
  }
}
