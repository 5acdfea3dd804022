/** `Tray`, `Menu` and `Notification`. Behaviour as documented in electron.d.ts at each member. */

import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type Electron from 'electron';
import { makeEvent } from './app.ts';
import { strict, strictClass } from './strict.ts';
import { changed, onDeed, world } from './world.ts';

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
    world.menus.push(menu?.items.map((item) => item.label) ?? []);
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

export const Menu = strict('Menu', {
  buildFromTemplate(template: Electron.MenuItemConstructorOptions[]) {
    onDeed('choose', (label: string) => {
      const item = template.find((one) => one.label === label);
      if (!item?.click) throw new Error(`the menu has no ${label}`);
      (item.click as () => void)();
    });
    return { items: template.map((item) => ({ label: item.label ?? '' })) };
  },
});

class StandInNotification extends EventEmitter {
  static isSupported() {
    return process.env['STAND_IN_NOTIFICATIONS'] !== 'unsupported';
  }
  readonly #notice: { title: string; body: string; closed: boolean };
  constructor({ title = '', body = '' }: Electron.NotificationConstructorOptions = {}) {
    super();
    this.#notice = { title, body, closed: false };
  }
  /** 'show' when it is shown, 'failed' when it cannot be. */
  show() {
    const index = world.notices.push(this.#notice) - 1;
    onDeed(`click notice ${index}`, () => this.emit('click', makeEvent({})));
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
