/** `app` and the parts of the system around it. Behaviour as documented in electron.d.ts at each member. */

import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type Electron from 'electron';
import { bound, strict } from './strict.ts';
import { changed, onDeed, world } from './world.ts';

/** An event with `preventDefault`, as electron.d.ts types them (interface Event). */
export function makeEvent<T extends object>(params: T) {
  return {
    ...params,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

type LoginStatus = Electron.LoginItemSettings['status'];

class App extends EventEmitter {
  readonly name = 'PiKeep';
  #ready = false;
  #loginStatus: LoginStatus = 'not-registered';
  readonly #whenReady: Promise<void>;

  constructor() {
    super();
    this.#whenReady = new Promise((resolve) => {
      // Scripts run to their end before 'ready': schemes are registered in between.
      setTimeout(() => {
        this.#ready = true;
        this.emit('ready', makeEvent({}), {});
        resolve();
      }, 20);
    });
  }

  /** "@platform darwin": present there, and the stand-in stands in for a Mac. */
  readonly dock = strict('app.dock', {
    hide() {
      world.dockVisible = false;
      changed();
    },
    /** "Resolves when the dock icon is shown." */
    async show() {
      world.dockVisible = true;
      changed();
    },
  });

  isReady() {
    return this.#ready;
  }
  whenReady() {
    return this.#whenReady;
  }
  getVersion() {
    return process.env['STAND_IN_VERSION'] ?? '0.1.0';
  }
  /** "On macOS, makes the application the active app"; steal: "even if another app is currently active". */
  focus(_options?: Electron.FocusOptions) {}
  isInApplicationsFolder() {
    return process.env['STAND_IN_APPLICATIONS'] === 'yes';
  }
  /**
   * "Whether the move was successful": with nothing in the way it is; a conflict asks the handler, false meaning "no further
   * action"; "if the user cancels the authorization dialog, this method returns false"; "if we fail to perform the copy, then
   * this method will throw an error".
   */
  moveToApplicationsFolder(options: Electron.MoveToApplicationsFolderOptions = {}) {
    const how = process.env['STAND_IN_MOVE'];
    if (how === 'fails') throw new Error('the copy failed');
    if (how === 'cancelled') return false;
    const goesOn = how !== 'exists' && how !== 'existsAndRunning';
    const moves = goesOn || (options.conflictHandler?.(how) ?? true);
    world.moves += moves ? 1 : 0;
    changed();
    return moves;
  }
  /** "A boolean property that returns true if the app is packaged": decided by the test. */
  get isPackaged() {
    return process.env['STAND_IN_PACKAGED'] === '1';
  }
  /** "The user's preferred system languages from most preferred to least preferred": decided by the test. */
  getPreferredSystemLanguages() {
    return (process.env['STAND_IN_LANGUAGES'] ?? 'en-GB').split(',');
  }
  /** electron.d.ts, LoginItemSettings: `status` on macOS. A new item is enabled, or waits for its approval if the test says so. */
  getLoginItemSettings() {
    const openAtLogin = this.#loginStatus === 'enabled';
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: this.#loginStatus,
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    };
  }
  setLoginItemSettings({ openAtLogin = false }: { openAtLogin?: boolean }) {
    const answer = process.env['STAND_IN_LOGIN_ITEM'] as LoginStatus | undefined;
    this.#loginStatus = openAtLogin ? (answer ?? 'enabled') : 'not-registered';
  }
  getAppPath() {
    return process.cwd();
  }
  /** 'userData': "by default is the appData directory appended with your app's name". */
  getPath(name: string) {
    if (name !== 'userData') throw new Error(`no path of the name ${name} is modelled`);
    return join(process.env['XDG_CONFIG_HOME'] ?? '', this.name);
  }
  /** "false if another instance has the lock": decided by the test. */
  requestSingleInstanceLock() {
    return process.env['STAND_IN_LOCK'] !== 'taken';
  }
  /** 'before-quit', then closing windows, then 'will-quit', then 'quit'; either of the first two can stop it. */
  quit() {
    const before = makeEvent({});
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.emit('stand-in-close-windows');
    const will = makeEvent({});
    this.emit('will-quit', will);
    if (!will.defaultPrevented) this.exit(0);
  }
  /** "All windows will be closed immediately without asking the user, and before-quit and will-quit are not emitted." */
  exit(code = 0) {
    this.emit('quit', makeEvent({}), code);
    process.exit(code);
  }
}

const plainApp = new App();
plainApp satisfies Pick<
  Electron.App,
  | 'isReady'
  | 'whenReady'
  | 'getVersion'
  | 'getAppPath'
  | 'isPackaged'
  | 'getPreferredSystemLanguages'
  | 'getLoginItemSettings'
  | 'setLoginItemSettings'
  | 'getPath'
  | 'focus'
  | 'isInApplicationsFolder'
  | 'moveToApplicationsFolder'
  | 'requestSingleInstanceLock'
  | 'quit'
  | 'exit'
  | 'name'
>;
export const app = bound('app', plainApp);

onDeed('launch again', (...args: string[]) => {
  app.emit('second-instance', makeEvent({}), ['PiKeep', ...args], '/', {});
});
onDeed('activate', (hasVisibleWindows: boolean) => {
  app.emit('activate', makeEvent({}), hasVisibleWindows);
});
// electron.d.ts: "emitted every time the app becomes active", also with a click into one of its windows.
onDeed('become active', () => app.emit('did-become-active', makeEvent({})));
onDeed('quit', () => {
  // As Cmd+Q does: the answer does not wait for it.
  setImmediate(() => app.quit());
});

export const powerMonitor = bound('powerMonitor', new EventEmitter());
onDeed('resume', () => powerMonitor.emit('resume'));
// electron.d.ts, PowerMonitor 'shutdown': e.preventDefault() asks the system to wait.
onDeed('shut down', () => {
  const event = makeEvent({});
  powerMonitor.emit('shutdown', event);
  return event.defaultPrevented;
});

let blockers = 0;
export const powerSaveBlocker = strict('powerSaveBlocker', {
  start(_type) {
    blockers += 1;
    world.powerBlockers.push(blockers);
    changed();
    return blockers;
  },
  stop(id) {
    const index = world.powerBlockers.indexOf(id);
    if (index >= 0) world.powerBlockers.splice(index, 1);
    changed();
    return index >= 0;
  },
  isStarted: (id) => world.powerBlockers.includes(id),
} satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>);

export const shell = strict('shell', {
  showItemInFolder(path) {
    world.revealed.push(path);
    changed();
  },
  async openExternal(url) {
    world.external.push(url);
    changed();
  },
  /** "Resolves with a string containing the error message corresponding to the failure if a failure occurred, otherwise ''." */
  async openPath(path) {
    world.revealed.push(path);
    changed();
    return '';
  },
} satisfies Pick<Electron.Shell, 'showItemInFolder' | 'openExternal' | 'openPath'>);

let answerOpenDialog: ((folder: string | null) => void) | null = null;
/** "The users current system wide accent color preference in RGBA hexadecimal form." */
export const systemPreferences = strict('systemPreferences', {
  getAccentColor: () => '007affff',
} satisfies Pick<Electron.SystemPreferences, 'getAccentColor'>);

let answerDialog: ((response: number) => void) | null = null;
export const dialog = strict('dialog', {
  /** A folder is chosen, or the dialog is cancelled: then there are no paths. */
  async showOpenDialog(options: Electron.OpenDialogOptions) {
    const { message = '', defaultPath = '', buttonLabel = '' } = options;
    const shown = { message, detail: defaultPath, buttons: [buttonLabel], answered: false };
    world.dialogs.push(shown);
    changed();
    const folder = await new Promise<string | null>((resolve) => {
      answerOpenDialog = resolve;
    });
    shown.answered = true;
    changed();
    return { canceled: folder === null, filePaths: folder === null ? [] : [folder] };
  },
  async showMessageBox(options: Electron.MessageBoxOptions) {
    const { message, detail = '', buttons = [] } = options;
    const shown = { message, detail, buttons, answered: false };
    world.dialogs.push(shown);
    changed();
    const response = await new Promise<number>((resolve) => {
      answerDialog = resolve;
    });
    shown.answered = true;
    changed();
    return { response, checkboxChecked: false };
  },
  /** "The index of the clicked button": said before, because nothing else happens while it is shown. */
  showMessageBoxSync(options: Electron.MessageBoxOptions) {
    const { message, detail = '', buttons = [] } = options;
    world.dialogs.push({ message, detail, buttons, answered: true });
    changed();
    return Number(process.env['STAND_IN_ANSWER'] ?? options.cancelId ?? 0);
  },
});
onDeed('answer open dialog', (folder: string | null) => answerOpenDialog?.(folder));
onDeed('answer dialog', (response: number) => answerDialog?.(response));

/** A screen of 1440 x 900 with a menu bar of 24. Fresh objects every time: menubar changes what it is given. */
const display = () => ({
  bounds: { x: 0, y: 0, width: 1440, height: 900 },
  workArea: { x: 0, y: 24, width: 1440, height: 876 },
});
export const screen = strict('screen', {
  getAllDisplays: () => [display()],
  getDisplayMatching: display,
  getDisplayNearestPoint: display,
  getCursorScreenPoint: () => ({ x: 700, y: 10 }),
});
