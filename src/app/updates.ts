/**
 * Newer versions, in a package that was made with a feed: looks for one once a day if the user wants that, fetches it when
 * told to, and puts it in place when told to. Work on cards always comes first.
 */

import type { Snapshot } from '../contract/panel.ts';
import type { Desk } from '../desk/desk.ts';

/** What can fetch a newer version and put it in place. Each of its promises rejects when that fails. */
export interface Updater {
  /** The version of the feed, if it is newer than this one. */
  check(): Promise<string | null>;
  /** Of what `check` has found. The percentage is a whole number. */
  download(onPercent: (percent: number) => void): Promise<void>;
  /** Hands it to the system, which looks at its signature. From then on it takes this one's place when this one ends. */
  prepare(): Promise<void>;
  /** Ends the app; the newer one starts. */
  restart(): void;
}

export type UpdateState =
  | { readonly is: 'none' }
  | { readonly is: 'found' | 'ready' | 'installing'; readonly version: string }
  | { readonly is: 'downloading'; readonly version: string; readonly percent: number };

/** What is said to the user about it (`update-talk.ts`). */
export interface UpdateTalk {
  /** Whether to look at all; asked once. */
  askToLook(): Promise<boolean>;
  askToDownload(version: string): Promise<boolean>;
  /** Once for each version. */
  tellOf(state: 'found' | 'ready', version: string): void;
  tellFailed(what: 'download' | 'install', version: string): void;
}

export interface UpdatesParts {
  readonly updater: Updater;
  readonly desk: Pick<Desk, 'snapshot' | 'onSnapshot'>;
  readonly talk: UpdateTalk;
  /** What the user said of looking; null for nothing yet. */
  readonly wish: { get(): boolean | null; set(looks: boolean): Promise<void> };
  /** Ends all that is open, and calls back; false when something runs or the app is about to end already. */
  readonly leave: (then: () => void) => Promise<boolean>;
  /** A failure is written down, and nothing else: it is none of a backup's. */
  readonly failed: (what: 'check' | 'download' | 'install', error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Updates {
  readonly state: UpdateState;
  readonly looks: boolean;
  /** Asks whether to look, if nobody has; looks if it is time to. To be called at the start, and every now and then. */
  look(): Promise<void>;
  setLooks(looks: boolean): Promise<void>;
  /** Fetches what was found, after a question. `agreed`: it has been answered already. */
  download(agreed?: boolean): Promise<void>;
  /** Puts what was fetched in place. Nothing happens while something runs. */
  install(): Promise<void>;
}

const HOUR = 60 * 60 * 1000;
const LOOK_EVERY_MS = 24 * HOUR;
/** After a failure: a notebook is often awake before its network is. */
const LOOK_AGAIN_MS = HOUR;

export function createUpdates(parts: UpdatesParts): Updates {
  const { updater, desk, talk, wish, now } = parts;
  let state: UpdateState = { is: 'none' };
  let checked = { at: Number.NEGATIVE_INFINITY, next: Number.NEGATIVE_INFINITY };
  let told = '';
  /** A question is on the screen, or the network is asked; null for neither. */
  let busyWith: Promise<void> | null = null;

  const isDue = (): boolean => now() >= checked.next || now() < checked.at;

  /** One thing at a time; each looks for itself whether it is still wanted when its turn comes. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    while (busyWith) await busyWith;
    // It begins after it has been noted.
    const done = Promise.resolve().then(work);
    const mine = done.catch(() => undefined);
    busyWith = mine;
    try {
      await done;
    } finally {
      if (busyWith === mine) busyWith = null;
    }
  }

  async function check(): Promise<void> {
    checked = { at: now(), next: now() + LOOK_EVERY_MS };
    try {
      const version = await updater.check();
      if (version === null) {
        state = { is: 'none' };
        return;
      }
      state = { is: 'found', version };
      if (told === version) return;
      told = version;
      talk.tellOf('found', version);
    } catch (error) {
      checked = { ...checked, next: now() + LOOK_AGAIN_MS };
      parts.failed('check', error);
    }
  }

  async function look(): Promise<void> {
    if (busyWith || isBusy(desk.snapshot) || (state.is !== 'none' && state.is !== 'found')) return;
    if (wish.get() === false || !isDue()) return;
    await inTurn(async () => {
      if (wish.get() === null) await wish.set(await talk.askToLook());
      // While the question was up, something may have begun.
      if (wish.get() !== true || !isDue() || isBusy(desk.snapshot)) return;
      await check();
    });
  }

  async function fetchIt(version: string): Promise<void> {
    state = { is: 'downloading', version, percent: 0 };
    try {
      await updater.download((percent) => {
        if (state.is === 'downloading') state = { ...state, percent };
      });
      state = { is: 'ready', version };
      talk.tellOf('ready', version);
    } catch (error) {
      state = { is: 'found', version };
      parts.failed('download', error);
      talk.tellFailed('download', version);
    }
  }

  async function putInPlace(version: string): Promise<void> {
    state = { is: 'installing', version };
    try {
      await updater.prepare();
    } catch (error) {
      state = { is: 'found', version };
      parts.failed('install', error);
      talk.tellFailed('install', version);
      return;
    }
    // A card may have been put in meanwhile, and be backed up by itself: that comes first.
    const left = !isBusy(desk.snapshot) && (await parts.leave(() => updater.restart()));
    if (!left) state = { is: 'ready', version };
  }

  desk.onSnapshot(() => void look().catch((error: unknown) => parts.failed('check', error)));
  return {
    get state() {
      return state;
    },
    get looks() {
      return wish.get() === true;
    },
    look,
    async setLooks(looks) {
      await wish.set(looks);
      if (!looks) {
        // What was fetched stays offered; the rest is forgotten.
        if (state.is === 'found') state = { is: 'none' };
        return;
      }
      checked = { ...checked, next: Number.NEGATIVE_INFINITY };
      await look();
    },
    async download(agreed = false) {
      await inTurn(async () => {
        if (state.is !== 'found' || isBusy(desk.snapshot)) return;
        const { version } = state;
        if (!agreed && !(await talk.askToDownload(version))) return;
        await fetchIt(version);
      });
    },
    async install() {
      await inTurn(async () => {
        if (state.is === 'ready' && !isBusy(desk.snapshot)) await putInPlace(state.version);
      });
    },
  };
}

/** Whether anything is done to a card, or with a backup. */
export function isBusy({ jobs, errands }: Pick<Snapshot, 'jobs' | 'errands'>): boolean {
  return [...jobs, ...errands].some(({ state }) => state.is === 'working');
}
