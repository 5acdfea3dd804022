/**
 * The world around the stand-in: what a user would see of the app, told to the test after every change, and what a user
 * or the system would do, as the test asks for it.
 */

export interface SeenMenuItem {
  /** Empty for a line between groups. */
  label: string;
  enabled: boolean;
  accelerator: string;
  role: string;
}

export interface SeenNotice {
  id: string;
  groupId: string;
  title: string;
  body: string;
  /** What is written on its buttons. */
  actions: string[];
  closed: boolean;
}

export interface World {
  tray: {
    icon: string;
    guid: string | null;
    tooltip: string;
    title: string;
  } | null;
  windows: {
    id: number;
    visible: boolean;
    alwaysOnTop: boolean;
    focused: boolean;
    url: string;
    position: [number, number];
    size: [number, number];
    minimized: boolean;
  }[];
  notices: SeenNotice[];
  /** Menus that came up, the latest last. */
  menus: SeenMenuItem[][];
  appMenu: { label: string; items: SeenMenuItem[] }[];
  dialogs: { message: string; detail: string; buttons: string[]; answered: boolean }[];
  revealed: string[];
  external: string[];
  powerBlockers: number[];
  dockVisible: boolean;
  /** How often the app was moved to Applications. */
  moves: number;
  /** Addresses a page asked for that the app does not serve. Nothing leaves the stand-in. */
  strayRequests: string[];
  preventedNavigations: string[];
  deniedWindows: string[];
  workers: number[];
  /** What the system's updater was asked, what lies ready for when the app has ended, and how often it restarted the app. */
  updates: { asked: number; staged: number; restarts: number };
}

export const world: World = {
  tray: null,
  windows: [],
  notices: [],
  menus: [],
  appMenu: [],
  dialogs: [],
  revealed: [],
  external: [],
  powerBlockers: [],
  dockVisible: true,
  moves: 0,
  strayRequests: [],
  preventedNavigations: [],
  deniedWindows: [],
  workers: [],
  updates: { asked: 0, staged: 0, restarts: 0 },
};

/** Tells the test; to be called after every change. */
export function changed(): void {
  process.send?.({ world });
}

type Deed = (...args: never[]) => unknown;
const deeds = new Map<string, Deed>();

/** Declares something the test can ask for by name. */
export function onDeed<A extends unknown[]>(name: string, deed: (...args: A) => unknown): void {
  deeds.set(name, deed as Deed);
}

process.on('message', (message: { call: number; deed: string; args: unknown[] }) => {
  void (async () => {
    const { call } = message;
    try {
      const deed = deeds.get(message.deed);
      if (!deed) throw new Error(`nobody can ${message.deed}`);
      const result: unknown = await deed(...(message.args as never[]));
      process.send?.({ call, result });
    } catch (error) {
      process.send?.({ call, error: String(error) });
    }
  })();
});
