/**
 * What runs inside a page of the stand-in: a preload script in a world of its own (CDP isolated world, as Electron's
 * contextIsolation is), `contextBridge` between the two worlds, and `ipcRenderer` towards the app. Between the worlds
 * only text crosses, so nothing can be shared by accident; functions and promises become numbers that stand for them,
 * also as members of an object that is returned (Electron docs, contextBridge, "Parameter / Error / Return Type support":
 * the values of an object may be what the table has, which names Promise and Function for return values without a limit;
 * PassValueToOtherContext in electron_api_context_bridge.cc goes through the members of plain objects).
 */

export interface BridgeNames {
  /** A DOM event that carries calls between the worlds; random, so that a page cannot guess it. */
  readonly event: string;
  /** The binding that exists only in the preload script's world. */
  readonly binding: string;
}

export const ISOLATED_WORLD = 'stand-in preload';

/** The page's side of contextBridge, to run in the page's own world before anything else. */
export function mainWorldScript(names: BridgeNames): string {
  return `(${mainWorld.toString()})(${JSON.stringify(names)});`;
}

/** The preload script, wrapped, to run in the isolated world. */
export function isolatedWorldScript(names: BridgeNames, preload: string): string {
  return `(${isolatedWorld.toString()})(${JSON.stringify(names)}, (require, module, exports) => {${preload}\n});`;
}

/** What the scripts below use of the page; this project's Node code is compiled without the types of web pages. */
declare const document: {
  dispatchEvent(event: Event): boolean;
  addEventListener(type: string, listener: (event: Event) => void): void;
};
declare const window: { readonly top: unknown };

// The two functions below are sent to the page as text: they use nothing from this file.

function mainWorld(names: BridgeNames): void {
  const callbacks = new Map<number, (...args: unknown[]) => unknown>();
  const promises = new Map<number, { resolve(v: unknown): void; reject(e: unknown): void }>();
  let answer: { ok: boolean; value: unknown } | null = null;
  const fire = (what: string, detail: unknown) =>
    document.dispatchEvent(
      new CustomEvent(`${names.event}:${what}`, { detail: JSON.stringify(detail) }),
    );
  const hear = (what: string, listener: (detail: never) => void) =>
    document.addEventListener(`${names.event}:${what}`, (event) =>
      listener(JSON.parse((event as CustomEvent<string>).detail) as never),
    );
  const pack = (value: unknown) => {
    if (typeof value !== 'function') return { value: structuredClone(value) };
    const number = callbacks.size + 1;
    callbacks.set(number, value as (...args: unknown[]) => unknown);
    return { function: number };
  };
  interface Packed {
    value?: unknown;
    function?: number;
    promise?: number;
    members?: Record<string, Packed>;
  }
  const unpack = (packed: Packed): unknown => {
    if (packed.members) {
      const members = Object.entries(packed.members).map(([key, one]) => [key, unpack(one)]);
      return Object.freeze(Object.fromEntries(members));
    }
    if (packed.promise !== undefined) {
      const number = packed.promise;
      return new Promise((resolve, reject) => promises.set(number, { resolve, reject }));
    }
    if (packed.function === undefined) return packed.value;
    const number = packed.function;
    return (...args: unknown[]) => {
      answer = null;
      fire('call', { number, args: args.map(pack) });
      const { ok, value } = answer as unknown as { ok: boolean; value: Packed };
      if (!ok) throw new Error(String(value));
      return unpack(value);
    };
  };
  hear('answer', (detail: { ok: boolean; value: unknown }) => {
    answer = detail;
  });
  hear('settle', ({ promise, ok, value }: { promise: number; ok: boolean; value: Packed }) => {
    const waiting = promises.get(promise);
    promises.delete(promise);
    if (ok) waiting?.resolve(unpack(value));
    else waiting?.reject(new Error(String(value)));
  });
  hear('callback', ({ number, args }: { number: number; args: Packed[] }) => {
    callbacks.get(number)?.(...args.map(unpack));
  });
  hear('expose', ({ key, value }: { key: string; value: Packed }) => {
    Object.defineProperty(window, key, { value: unpack(value), enumerable: true });
  });
}

function isolatedWorld(
  names: BridgeNames,
  preload: (require: unknown, module: unknown, exports: unknown) => void,
): void {
  // Without nodeIntegrationInSubFrames, preload scripts run in main frames only.
  if (window !== window.top) return;
  type Listener = (event: object, ...args: unknown[]) => void;
  interface Packed {
    value?: unknown;
    function?: number;
  }
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const listeners = new Map<string, Set<Listener>>();
  const invocations = new Map<number, { resolve(v: unknown): void; reject(e: unknown): void }>();
  let numbers = 0;
  const fire = (what: string, detail: unknown) =>
    document.dispatchEvent(
      new CustomEvent(`${names.event}:${what}`, { detail: JSON.stringify(detail) }),
    );
  const hear = (what: string, listener: (detail: never) => void) =>
    document.addEventListener(`${names.event}:${what}`, (event) =>
      listener(JSON.parse((event as CustomEvent<string>).detail) as never),
    );
  const pack = (value: unknown): object => {
    if (typeof value === 'function') {
      return { function: functions.push(value as (...args: unknown[]) => unknown) - 1 };
    }
    if (value instanceof Promise) {
      numbers += 1;
      const promise = numbers;
      value.then(
        (result: unknown) => fire('settle', { promise, ok: true, value: pack(result) }),
        (error: unknown) => fire('settle', { promise, ok: false, value: String(error) }),
      );
      return { promise };
    }
    if (
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).some((one) => typeof one === 'function' || one instanceof Promise)
    ) {
      const members = Object.entries(value).map(([key, one]) => [key, pack(one)]);
      return { members: Object.fromEntries(members) };
    }
    return { value: structuredClone(value) };
  };
  const unpack = (packed: Packed): unknown => {
    if (packed.function === undefined) return packed.value;
    const number = packed.function;
    return (...args: unknown[]) => fire('callback', { number, args: args.map(pack) });
  };
  hear('call', ({ number, args }: { number: number; args: Packed[] }) => {
    try {
      const result = functions[number]?.(...args.map(unpack));
      fire('answer', { ok: true, value: pack(result) });
    } catch (error) {
      fire('answer', { ok: false, value: String(error) });
    }
  });
  const post = (message: object) => {
    const binding = Reflect.get(globalThis, names.binding) as (text: string) => void;
    binding(JSON.stringify(message));
  };
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, value: unknown) =>
        fire('expose', { key, value: pack(value) }),
    },
    ipcRenderer: {
      on(channel: string, listener: Listener) {
        const set = listeners.get(channel) ?? new Set();
        listeners.set(channel, set.add(listener));
      },
      removeListener(channel: string, listener: Listener) {
        listeners.get(channel)?.delete(listener);
      },
      send: (channel: string, ...args: unknown[]) =>
        post({ kind: 'send', channel, args: structuredClone(args) }),
      invoke(channel: string, ...args: unknown[]) {
        numbers += 1;
        const call = numbers;
        post({ kind: 'invoke', call, channel, args: structuredClone(args) });
        return new Promise((resolve, reject) => invocations.set(call, { resolve, reject }));
      },
    },
  };
  /** Called by the app, through the debugger, in this world only. */
  Reflect.set(globalThis, `${names.binding}_deliver`, (text: string) => {
    const message = JSON.parse(text) as {
      channel?: string;
      args?: unknown[];
      call?: number;
      result?: unknown;
      error?: string;
    };
    if (message.channel !== undefined) {
      for (const listener of listeners.get(message.channel) ?? [])
        listener({}, ...(message.args ?? []));
      return;
    }
    const waiting = invocations.get(message.call ?? 0);
    invocations.delete(message.call ?? 0);
    if (message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Error(message.error));
  });
  const module = { exports: {} };
  // "A sandboxed preload can require electron and a few Node modules" (Electron docs, Process Sandboxing).
  const require = (name: string) => {
    if (name === 'electron') return electron;
    throw new Error(`module not found: ${name}`);
  };
  preload(require, module, module.exports);
}
