/** The caller's end of the socket: waits for the helper's hello, then for the outcome, then reads and writes through it. */

import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import {
  FrameReader,
  type FrameReceiver,
  fromHelper,
  readPayload,
  sendFrame,
  toHelper,
  writeOffset,
} from './frames.ts';
import {
  badMessage,
  errorOf,
  failureSchema,
  helloSchema,
  MAX_JSON_BYTES,
  type Opened,
  openedSchema,
  parseJson,
} from './protocol.ts';

const FROM = 'helper';

const NOTHING = new Uint8Array(0);

/** Something asked for: the kind that answers it, the kind that says why not, and where what it brings goes. */
interface Pending {
  readonly answer: number;
  readonly refusal: number;
  readonly into: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: PiKeepError) => void;
}

type State = 'new' | 'known' | 'open' | 'over';

export class HelperLink implements FrameReceiver {
  /** Resolves when the other side has shown the token. Rejects with STRANGER for a wrong one, BAD_MESSAGE, HELPER_FAILED. */
  readonly known: Promise<void>;
  /** Resolves with the device's facts. Rejects with the helper's refusal, BAD_MESSAGE or HELPER_FAILED. */
  readonly opened: Promise<Opened>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #token: string;
  readonly #pending = new Map<number, Pending>();
  #state: State = 'new';
  #failure: PiKeepError | null = null;
  #nextId = 1;
  #tellKnown: () => void = () => undefined;
  #tellOpened: (opened: Opened) => void = () => undefined;
  #tellFailed: (error: PiKeepError) => void = () => undefined;

  constructor(socket: Socket, token: string) {
    this.#socket = socket;
    this.#token = token;
    const failed = new Promise<never>((_, reject) => {
      this.#tellFailed = reject;
    });
    const known = new Promise<void>((resolve) => {
      this.#tellKnown = resolve;
    });
    const opened = new Promise<Opened>((resolve) => {
      this.#tellOpened = resolve;
    });
    this.known = Promise.race([known, failed]);
    this.opened = Promise.race([opened, failed]);
    for (const promise of [failed, this.known, this.opened]) promise.catch(() => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    const frames = new FrameReader(this);
    socket.on('data', (chunk) => {
      try {
        if (this.#state !== 'over') frames.push(chunk);
      } catch (error) {
        this.fail(asPiKeepError(error));
      }
    });
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Reads at most MAX_READ_BYTES. Throws what the helper says about it, or HELPER_FAILED when it is gone. */
  read(into: Uint8Array, offset: number): Promise<void> {
    const { data: answer, readFailed: refusal } = fromHelper;
    return this.#ask({ answer, refusal, into }, toHelper.read, readPayload(offset, into.length));
  }

  /** Writes at most MAX_WRITE_BYTES; `data` belongs to the link until it settles. Throws as `read`. */
  write(data: Uint8Array, offset: number): Promise<void> {
    return this.#askToWrite(fromHelper.written, toHelper.write, writeOffset(offset), data);
  }

  /** No other flush may be under way. Throws as `read`. */
  flush(): Promise<void> {
    return this.#askToWrite(fromHelper.flushed, toHelper.flush);
  }

  /** Nothing else may be under way but reads, and nothing but reads may follow. Throws as `read`. */
  finishWriting(): Promise<void> {
    return this.#askToWrite(fromHelper.finished, toHelper.finish);
  }

  #askToWrite(answer: number, kind: number, ...payload: readonly Uint8Array[]): Promise<void> {
    const refusal = fromHelper.writeFailed;
    return this.#ask({ answer, refusal, into: NOTHING }, kind, ...payload);
  }

  #ask(
    expected: Pick<Pending, 'answer' | 'refusal' | 'into'>,
    kind: number,
    ...payload: readonly Uint8Array[]
  ): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId;
    this.#nextId = id === 0xffffffff ? 1 : id + 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { ...expected, resolve, reject });
      // A failed send closes the socket, and that fails everything asked for.
      sendFrame(this.#socket, kind, id, ...payload).catch(() => undefined);
    });
  }

  /** Ends the connection, and with it the helper. */
  close(): Promise<void> {
    this.#socket.end();
    this.#socket.destroySoon();
    return this.closed;
  }

  /** Gives up: everything waiting fails with this error. Only the first one counts. */
  fail(error: PiKeepError): void {
    this.#failure ??= error;
    this.#state = 'over';
    this.#tellFailed(this.#failure);
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
    this.#socket.destroy();
  }

  begin(kind: number, id: number, length: number): Uint8Array {
    const json = () => {
      if (length > MAX_JSON_BYTES) throw badMessage(FROM, `a message of ${length} bytes`);
      return new Uint8Array(length);
    };
    if (this.#state === 'new' && kind === fromHelper.hello) return json();
    if (this.#state === 'known' && kind === fromHelper.opened) return json();
    if (this.#state !== 'new' && kind === fromHelper.failed) return json();
    const asked = this.#state === 'open' ? this.#pending.get(id) : undefined;
    if (kind === asked?.refusal) return json();
    if (kind === asked?.answer && length === asked.into.byteLength) return asked.into;
    throw badMessage(FROM, `kind ${kind} for ${id} with ${length} bytes, which nobody asked for`);
  }

  end(kind: number, id: number, payload: Uint8Array): void {
    if (kind === fromHelper.hello) {
      this.#meet(payload);
    } else if (kind === fromHelper.opened) {
      const opened = parseJson(openedSchema, payload, FROM);
      this.#state = 'open';
      this.#tellOpened(opened);
    } else if (kind === fromHelper.failed) {
      this.fail(errorOf(parseJson(failureSchema, payload, FROM)));
    } else if (kind === fromHelper.readFailed || kind === fromHelper.writeFailed) {
      const error = errorOf(parseJson(failureSchema, payload, FROM));
      this.#take(id)?.reject(error);
    } else {
      this.#take(id)?.resolve();
    }
  }

  #meet(payload: Uint8Array): void {
    const { token } = parseJson(helloSchema, payload, FROM);
    if (!timingSafeEqual(Buffer.from(token, 'hex'), Buffer.from(this.#token, 'hex'))) {
      throw new PiKeepError('STRANGER', { from: 'helper socket' });
    }
    this.#state = 'known';
    this.#tellKnown();
    sendFrame(this.#socket, toHelper.accepted, 0, new Uint8Array(0)).catch(() => undefined);
  }

  #take(id: number): Pending | undefined {
    const asked = this.#pending.get(id);
    this.#pending.delete(id);
    return asked;
  }

  #end(): void {
    this.fail(new PiKeepError('HELPER_FAILED', { detail: 'the helper has ended' }));
  }
}
