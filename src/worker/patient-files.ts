/**
 * Images that wait where their disk is full: a write for which there is no room is tried again when there is some. Reading
 * the card waits with it, because its buffers do. What fails while it is being settled is not tried again: nobody knows which
 * of it was lost.
 */

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, isPiKeepError, type PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import type { ImageFiles, NewImageFile } from '../engine/image/image-file.ts';
import { english, inEnglish } from '../language/english.ts';
import { destinationError } from '../platform/new-image-file.ts';
import type { Volumes } from '../platform/ports.ts';
import type { TaskContext } from './task-context.ts';

export interface Patience
  extends Pick<TaskContext, 'held' | 'warn' | 'signal' | 'monotonic'>,
    Required<Pick<TaskContext, 'pause'>> {
  readonly volumes: Volumes;
  /** Bytes that are still to be written, at most. */
  readonly toCome: () => number;
}

/** Milliseconds between two looks for room. */
const POLL_MS = 2000;
/** A quota, or what the file system keeps for itself, is not seen: now and then it is tried all the same. */
const TRY_EVERY_POLLS = 5;
/** Milliseconds that room is waited for. */
const WAIT_MS = 60 * 60_000;
/** Milliseconds between two looks whether another program fills the disk. */
const WATCH_MS = 10_000;
/** Bytes that may have been read and not yet written. */
const IN_FLIGHT_BYTES = 64 * 1024 * 1024;

export function patientFiles(files: ImageFiles, patience: Patience): ImageFiles {
  return {
    ...files,
    create: async (path, size) => {
      const image = await files.create(path, size);
      return new PatientFile(image, patience, await takesRoom(path, size, patience));
    },
    reopen: async (path, size) => {
      const image = await files.reopen(path, size);
      return new PatientFile(image, patience, await takesRoom(path, size, patience));
    },
  };
}

/** False for a file of its final size where that is all allocated at once. */
async function takesRoom(path: string, size: number | null, patience: Patience): Promise<boolean> {
  return size === null || (await patience.volumes.volumeOf(dirname(path))).keepsHoles;
}

class PatientFile implements NewImageFile {
  readonly path: string;
  readonly #file: NewImageFile;
  readonly #patience: Patience;
  #watches: boolean;
  #watchedAt: number;
  /** Bytes of the writes that found no room. */
  #missing = 0;
  #waiting: Promise<void> | null = null;
  #heldSince: number | null = null;

  constructor(file: NewImageFile, patience: Patience, takesRoom: boolean) {
    this.path = file.path;
    this.#file = file;
    this.#patience = patience;
    this.#watches = takesRoom;
    this.#watchedAt = patience.monotonic();
  }

  get size(): number {
    return this.#file.size;
  }

  get readBackMethod(): NewImageFile['readBackMethod'] {
    return this.#file.readBackMethod;
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    this.#lookForOthers();
    for (;;) {
      try {
        await this.#file.write(data, offset);
        return this.#goesOn();
      } catch (error) {
        if (!isFull(error)) throw error;
        await this.#untilRoom(data.byteLength, error);
      }
    }
  }

  settle(): Promise<void> {
    return this.#file.settle();
  }

  readBack(into: Uint8Array, offset: number): Promise<void> {
    return this.#file.readBack(into, offset);
  }

  cut(bytes: number): Promise<void> {
    return this.#file.cut(bytes);
  }

  storedBytes(): Promise<number> {
    return this.#file.storedBytes();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #goesOn(): void {
    if (this.#heldSince === null) return;
    this.#heldSince = null;
    this.#patience.held(null);
  }

  /** All writes that find no room wait together. Throws `error` after an hour, INTERRUPTED when there is no time for that. */
  async #untilRoom(bytes: number, error: PiKeepError): Promise<void> {
    this.#missing += bytes;
    this.#waiting ??= this.#wait(error).finally(() => {
      this.#waiting = null;
    });
    try {
      await this.#waiting;
    } finally {
      this.#missing -= bytes;
    }
  }

  async #wait(error: PiKeepError): Promise<void> {
    const { signal, monotonic, pause, held, toCome } = this.#patience;
    this.#heldSince ??= monotonic();
    let told = '';
    for (let poll = 1; ; poll++) {
      throwIfInterrupted(signal);
      const freeBytes = await this.#freeBytes();
      if (freeBytes >= this.#missing && poll > 1) return;
      const neededBytes = Math.max(this.#missing, toCome());
      if (told !== `${neededBytes} ${freeBytes}`)
        held({ why: 'destination-full', neededBytes, freeBytes });
      told = `${neededBytes} ${freeBytes}`;
      await pause(POLL_MS, signal);
      throwIfInterrupted(signal);
      if (monotonic() - this.#heldSince >= WAIT_MS) throw error;
      if (poll % TRY_EVERY_POLLS === 0) return;
    }
  }

  /** The user hears early of what will otherwise make the backup wait. */
  #lookForOthers(): void {
    const now = this.#patience.monotonic();
    if (!this.#watches || now - this.#watchedAt < WATCH_MS) return;
    this.#watchedAt = now;
    this.#freeBytes().then(
      (freeBytes) => this.#compare(freeBytes),
      // A volume that cannot be asked cannot be written either, and the write tells that.
      () => undefined,
    );
  }

  #compare(freeBytes: number): void {
    const toCome = this.#patience.toCome();
    if (!this.#watches || freeBytes + IN_FLIGHT_BYTES >= toCome) return;
    this.#watches = false;
    const size = (bytes: number): string => inEnglish(() => formatBytes(bytes));
    this.#patience.warn(
      'DESTINATION_FILLING',
      english`The disk of ${this.path} is being filled by something else: ${size(freeBytes)} are free, and up to ${size(toCome)} are still to be written. Make room there, or the backup will have to wait for it.`,
    );
  }

  async #freeBytes(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(dirname(this.path));
      return bavail * bsize;
    } catch (error) {
      throw destinationError(error, this.path);
    }
  }
}

/** A file that is too long for its file system (EFBIG) never fits, however long it waits. */
function isFull(error: unknown): error is PiKeepError<'DESTINATION_FULL'> {
  if (!isPiKeepError(error, 'DESTINATION_FULL')) return false;
  const errno = errnoOf(error.cause);
  return errno === 'ENOSPC' || errno === 'EDQUOT';
}
