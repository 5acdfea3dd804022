/**
 * Loaded with `-r` into a real Electron before the app: tells the test what the stand-in would tell it (`world.ts`), and does
 * what a user does, on Electron's own objects. What would wait for a user (menus, questions, Finder) is only noted.
 */

import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  type MenuItem,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  shell,
  Tray,
  utilityProcess,
} from 'electron';
import { changed, onDeed, type SeenMenuItem, world } from './world.ts';

type Any = (...args: unknown[]) => unknown;

/** Calls `look` with the object and what it was called with, after the method has done its work. */
function after(object: object, name: string, look: (self: unknown, args: unknown[]) => void): void {
  const original = Reflect.get(object, name) as Any;
  Reflect.set(object, name, function (this: unknown, ...args: unknown[]) {
    const result = Reflect.apply(original, this, args);
    look(this, args);
    changed();
    return result;
  });
}

function instead(object: object, name: string, act: Any): void {
  Reflect.set(object, name, function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(act, this, args);
  });
}

let icon: Tray | null = null;
const keys = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

function follow(name: string, key: 'icon' | 'tooltip' | 'title'): void {
  after(Tray.prototype, name, (self, [value]) => {
    icon = self as Tray;
    world.tray ??= { icon: '', guid: icon.getGUID(), tooltip: '', title: '' };
    world.tray[key] = String(value).split('/').at(-1) ?? '';
  });
}
follow('setImage', 'icon');
follow('setToolTip', 'tooltip');
follow('setTitle', 'title');

const click = (with_: Partial<typeof keys> = {}): unknown =>
  icon?.emit('click', { ...keys, ...with_ }, icon.getBounds(), { x: 0, y: 0 });
onDeed('click tray', () => click());
onDeed('control-click tray', () => click({ ctrlKey: true }));
onDeed('double-click tray', () => {
  click();
  icon?.emit('double-click', keys, icon.getBounds());
});
onDeed('right-click tray', () => icon?.emit('right-click', keys, icon.getBounds()));

function seen({ items }: Menu): SeenMenuItem[] {
  return items.map(({ label, enabled, accelerator, role, type }) => ({
    label: type === 'separator' ? '' : label.replace(/&(&?)/g, '$1'),
    enabled,
    accelerator: String(accelerator ?? ''),
    role: role ?? '',
  }));
}

function choose(items: readonly MenuItem[], is: (item: SeenMenuItem) => boolean): void {
  const item = items.find((one) => one.enabled && seen({ items: [one] } as Menu).some(is));
  if (!item) throw new Error('the menu has no such line');
  item.click();
}

// A menu that is up waits for its user, and the app with it.
instead(Tray.prototype, 'popUpContextMenu', (menu) => {
  const shown = menu as Menu;
  world.menus.push(seen(shown));
  onDeed('choose', (label: string) => choose(shown.items, (item) => item.label === label));
  changed();
});
after(Menu, 'setApplicationMenu', () => {
  const menus = Menu.getApplicationMenu()?.items ?? [];
  world.appMenu = menus.map(({ label, submenu }) => ({
    label,
    items: submenu ? seen(submenu) : [],
  }));
});
onDeed('press', (accelerator: string) =>
  choose(
    Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [],
    (item) => item.accelerator === accelerator,
  ),
);

after(Notification.prototype, 'show', (self) => {
  const notice = self as Notification;
  const { id, groupId, title, body } = notice;
  const actions = notice.actions.map(({ text = '' }) => text);
  for (const one of world.notices) if (one.id === id) one.closed = true;
  const index = world.notices.push({ id, groupId, title, body, actions, closed: false }) - 1;
  onDeed(`click notice ${index}`, () => notice.emit('click', {}));
  onDeed(`press on notice ${index}`, (label: string) =>
    notice.emit('action', { actionIndex: actions.indexOf(label) }),
  );
});

let answer: ((response: number) => void) | null = null;
instead(dialog, 'showMessageBox', async (options) => {
  const { message, detail = '', buttons = [] } = options as Electron.MessageBoxOptions;
  const shown = { message, detail, buttons, answered: false };
  world.dialogs.push(shown);
  changed();
  const response = await new Promise<number>((resolve) => {
    answer = resolve;
  });
  shown.answered = true;
  changed();
  return { response, checkboxChecked: false };
});
onDeed('answer dialog', (response: number) => answer?.(response));

for (const name of ['showItemInFolder', 'openPath']) {
  instead(shell, name, (path) => {
    world.revealed.push(String(path));
    changed();
    return name === 'openPath' ? Promise.resolve('') : undefined;
  });
}
let blockers = 0;
instead(powerSaveBlocker, 'start', () => {
  blockers += 1;
  world.powerBlockers.push(blockers);
  changed();
  return blockers;
});
instead(powerSaveBlocker, 'stop', (id) => {
  world.powerBlockers = world.powerBlockers.filter((one) => one !== id);
  changed();
  return true;
});

let heldBack = false;
onDeed('hold workers back', () => {
  heldBack = true;
});
const fork = utilityProcess.fork;
instead(utilityProcess, 'fork', (...args) => {
  const child = Reflect.apply(fork, utilityProcess, args) as Electron.UtilityProcess;
  let pid = 0;
  child.on('spawn', () => {
    pid = child.pid ?? 0;
    world.workers.push(pid);
    if (heldBack) process.kill(pid, 'SIGSTOP');
    changed();
  });
  child.on('exit', () => {
    world.workers = world.workers.filter((one) => one !== pid);
    changed();
  });
  onDeed('crash worker', () => process.kill(pid, 'SIGKILL'));
  onDeed('let worker go on', () => {
    heldBack = false;
    process.kill(pid, 'SIGCONT');
  });
  return child;
});

/** The panel is the first window; the latest one is what deeds are about. */
const windows = (): BrowserWindow[] =>
  BrowserWindow.getAllWindows().toSorted((one, other) => one.id - other.id);
const latest = (): BrowserWindow | undefined => windows().at(-1);
onDeed('close window', () => latest()?.close());
onDeed('minimize window', () => latest()?.minimize());
onDeed('resize window', (bounds: Electron.Rectangle) => latest()?.setBounds(bounds));
onDeed('come back', () => latest()?.focus());
onDeed('focus another app', () => {
  for (const one of windows()) if (one.isFocused()) one.blur();
});
onDeed('crash page', () => latest()?.webContents.forcefullyCrashRenderer());
onDeed('reload page', () => latest()?.webContents.reload());

onDeed('launch again', () => app.emit('second-instance', {}, ['PiKeep'], '/', {}));
onDeed('activate', (hasVisibleWindows: boolean) => app.emit('activate', {}, hasVisibleWindows));
onDeed('become active', () => app.emit('did-become-active', {}));
onDeed('resume', () => powerMonitor.emit('resume'));
onDeed('quit', () => void setImmediate(() => app.quit()));

let told = '';
setInterval(() => {
  if (!app.isReady()) return;
  world.windows = windows().map((one) => {
    const { x, y, width, height } = one.getBounds();
    return {
      id: one.id,
      visible: one.isVisible(),
      alwaysOnTop: one.isAlwaysOnTop(),
      focused: one.isFocused(),
      url: one.webContents.isLoading() ? '' : one.webContents.getURL(),
      position: [x, y],
      size: [width, height],
      minimized: one.isMinimized(),
    };
  });
  world.dockVisible = app.dock?.isVisible() ?? false;
  const now = JSON.stringify(world);
  if (now !== told) changed();
  told = now;
}, 50).unref();
