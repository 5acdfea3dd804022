/** `Tray`, `Menu` and `Notification`. Behaviour as documented in electron.d.ts at each member. */

import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type Electron from 'electron';
import { makeEvent } from './app.ts';
import { strict, strictClass } from './strict.ts';
import { changed, onDeed, type SeenMenuItem, type SeenNotice, world } from './world.ts';

/** Where the icon sits in the stand-in's menu bar. */
const bounds = () => ({ x: 1200, y: 0, width: 30, height: 24 });
const keys = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

class StandInTray extends EventEmitter {
  constructor(image: string | Electron.NativeImage, guid?: string) {
    super();
    if (world.tray) throw new Error('a second tray icon');
    // "On macOS, the string must be a UUID" (docs, class Tray).
    if (guid !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid)) {
      throw new Error(`not a UUID: ${guid}`);
    }
    world.tray = { icon: '', guid: guid ?? null, tooltip: '', title: '' };
    this.setImage(image);
    onDeed('click tray', () => this.emit('click', keys, bounds(), { x: 1210, y: 10 }));
    onDeed('control-click tray', () =>
      this.emit('click', { ...keys, ctrlKey: true }, bounds(), { x: 1210, y: 10 }),
    );
    onDeed('double-click tray', () => {
      this.emit('click', keys, bounds(), { x: 1210, y: 10 });
      // By Electron's tray_icon_cocoa.mm the second half is a click only for who has asked to ignore double clicks.
      this.emit('double-click', keys, bounds());
    });
    onDeed('right-click tray', () => this.emit('right-click', keys, bounds()));
  }
  setImage(image: string | Electron.NativeImage) {
    if (typeof image !== 'string') throw new Error('only paths are modelled');
    for (const path of [image, image.replace('.png', '@2x.png')]) {
      if (!existsSync(path)) throw new Error(`no such image: ${path}`);
    }
    this.#show({ icon: image.split('/').at(-1) ?? '' });
  }
  setToolTip(tooltip: string) {
    this.#show({ tooltip });
  }
  setTitle(title: string, _options?: Electron.TitleOptions) {
    this.#show({ title });
  }
  getBounds = bounds;
  popUpContextMenu(menu?: Electron.Menu) {
    const { template } = menu as unknown as StandInMenu;
    world.menus.push(seen(template));
    onDeed('choose', (label: string) => choose(template, (item) => item.label === label));
    changed();
  }
  destroy() {
    world.tray = null;
    changed();
  }
  #show(change: Partial<NonNullable<typeof world.tray>>) {
    if (!world.tray) throw new Error('Tray is destroyed');
    Object.assign(world.tray, change);
    changed();
  }
}
StandInTray satisfies new (
  image: string,
  guid?: string,
) => Pick<
  Electron.Tray,
  'setImage' | 'setToolTip' | 'setTitle' | 'getBounds' | 'popUpContextMenu' | 'destroy'
>;

export const Tray = strictClass('Tray', StandInTray);

type Template = Electron.MenuItemConstructorOptions[];

interface StandInMenu {
  readonly items: readonly { readonly label: string }[];
  readonly template: Template;
}

/** What a user sees of it. "&" marks a key, "&&" is one (FixUpWindowsStyleLabel in Electron's electron_menu_controller.mm). */
function seen(template: Template): SeenMenuItem[] {
  return template.map(({ label = '', enabled = true, accelerator = '', role = '' }) => ({
    label: label.replace(/&(&?)/g, '$1'),
    enabled,
    accelerator,
    role,
  }));
}

function choose(template: Template, is: (item: SeenMenuItem) => boolean): void {
  const index = seen(template).findIndex((item) => item.enabled && is(item));
  const click = template[index]?.click;
  if (!click)
    throw new Error(`nothing of that kind can be chosen in ${JSON.stringify(seen(template))}`);
  (click as () => void)();
}

export const Menu = strict('Menu', {
  buildFromTemplate(template: Template): StandInMenu {
    return { items: template.map((item) => ({ label: item.label ?? '' })), template };
  },
  /** "Sets menu as the application menu on macOS." Its keys work while the app is in front. */
  setApplicationMenu(menu: StandInMenu | null) {
    const menus = (menu?.template ?? []).map(({ label = '', submenu }) => ({
      label,
      items: submenu as Template,
    }));
    world.appMenu = menus.map(({ label, items }) => ({ label, items: seen(items) }));
    onDeed('press', (accelerator: string) =>
      choose(
        menus.flatMap(({ items }) => items),
        (item) => item.accelerator === accelerator,
      ),
    );
    changed();
  },
});

class StandInNotification extends EventEmitter {
  static isSupported() {
    return process.env['STAND_IN_NOTIFICATIONS'] !== 'unsupported';
  }
  readonly #notice: SeenNotice;
  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super();
    const { id = '', groupId = '', title = '', body = '', actions = [], ...others } = options;
    // "urgency", "sound" and the like: nothing of the app uses them.
    const unknown = Object.keys(others);
    if (unknown.length > 0) throw new Error(`not modelled: ${unknown.join(', ')}`);
    const labels = actions.map(({ type, text = '' }) => {
      if (type !== 'button') throw new Error('"selection is only supported on Windows"');
      return text;
    });
    this.#notice = { id, groupId, title, body, actions: labels, closed: false };
  }
  /** 'show' when it is shown, 'failed' when it cannot be. One with the id of another takes its place (darwin). */
  show() {
    const index = world.notices.push(this.#notice) - 1;
    for (const one of world.notices.slice(0, -1)) {
      if (one.id === this.#notice.id && one.id !== '') one.closed = true;
    }
    onDeed(`click notice ${index}`, () => this.emit('click', makeEvent({})));
    onDeed(`press on notice ${index}`, (label: string) => {
      const actionIndex = this.#notice.actions.indexOf(label);
      if (actionIndex < 0) throw new Error(`the notice has no ${label}`);
      this.emit('action', makeEvent({ actionIndex, selectionIndex: -1 }), actionIndex, -1);
    });
    changed();
    setImmediate(() => this.emit('show', makeEvent({})));
  }
  close() {
    this.#notice.closed = true;
    changed();
  }
}
StandInNotification satisfies (new (
  options?: Electron.NotificationConstructorOptions,
) => Pick<Electron.Notification, 'show' | 'close'>) &
  Pick<typeof Electron.Notification, 'isSupported'>;

export const Notification = strictClass('Notification', StandInNotification);
