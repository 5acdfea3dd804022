/** The two streams of the command, as far as printing needs them: a closed reader is no crash. */

import { errnoOf } from '../engine/errors.ts';

export interface Output {
  /** A person is looking, so a line may be drawn over and over. */
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal; 80 where nobody says. */
  readonly columns: number;
  write(text: string): void;
  /** Resolves when everything written has left this process, or nobody reads it any more. */
  flush(): Promise<void>;
  /** Calls back once when the reader has closed its end. */
  onClosed(listener: () => void): void;
}

export function outputOf(stream: NodeJS.WriteStream): Output {
  let closed = false;
  const listeners: (() => void)[] = [];
  stream.on('error', (error) => {
    // EPIPE: the reader ("| head") has all it wanted. EIO: the terminal was closed.
    const errno = errnoOf(error);
    if (errno !== 'EPIPE' && errno !== 'EIO' && errno !== 'ERR_STREAM_DESTROYED') throw error;
    if (closed) return;
    closed = true;
    for (const listener of listeners.splice(0)) listener();
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    write(text) {
      if (!closed) stream.write(text);
    },
    flush() {
      if (closed || stream.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        listeners.push(resolve);
        stream.write('', () => resolve());
      });
    },
    onClosed(listener) {
      if (closed) listener();
      else listeners.push(listener);
    },
  };
}
