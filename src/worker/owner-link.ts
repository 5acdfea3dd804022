/** The worker's line to its owner, whether that forked it (Node) or made it a utility process (Electron). */

/** What Electron puts on `process` in a utility process (electron.d.ts, ParentPort). */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface OwnerLink {
  /** Resolves when the message has left this process. */
  post(message: unknown): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The owner is gone. */
  onGone(listener: () => void): void;
}

/** Throws when this process was started by neither, for instance by hand in a terminal. */
export function linkToOwner(): OwnerLink {
  const port = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort;
  if (port) {
    return {
      post: (message) => Promise.resolve(port.postMessage(message)),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
      // Electron ends its utility processes itself when the app goes.
      onGone: () => undefined,
    };
  }
  const send = process.send?.bind(process);
  if (!send) throw new Error('The worker has to be started by PiKeep.');
  return {
    post: (message) =>
      new Promise((resolve, reject) => {
        send(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
      }),
    onMessage: (listener) => process.on('message', listener),
    onGone: (listener) => process.once('disconnect', listener),
  };
}
