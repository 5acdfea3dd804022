import { afterEach, expect, it, vi } from 'vitest';
import { createLoginItem } from '../../src/app/login-item.ts';
import { app } from '../support/electron/app.ts';

afterEach(() => {
  app.setLoginItemSettings({ openAtLogin: false });
  vi.unstubAllEnvs();
});

function packagedOnMac() {
  vi.stubEnv('STAND_IN_PACKAGED', '1');
  const item = createLoginItem(app, 'darwin');
  if (!item) throw new Error('there is no login item');
  return item;
}

it('is there in a package on macOS only', () => {
  expect(createLoginItem(app, 'darwin')).toBeNull();
  vi.stubEnv('STAND_IN_PACKAGED', '1');
  expect(createLoginItem(app, 'linux')).toBeNull();
  expect(createLoginItem(app, 'darwin')).not.toBeNull();
});

it('is switched on and off', () => {
  const item = packagedOnMac();
  expect(item.get()).toBe('off');
  item.set(true);
  expect(item.get()).toBe('on');
  expect(app.getLoginItemSettings().openAtLogin).toBe(true);
  item.set(false);
  expect(item.get()).toBe('off');
});

it('says that it has to be allowed first', () => {
  vi.stubEnv('STAND_IN_LOGIN_ITEM', 'requires-approval');
  const item = packagedOnMac();
  item.set(true);
  expect(item.get()).toBe('requires-approval');
});

it('is off, not broken, as long as nobody has asked for an item that macOS does not find', () => {
  vi.stubEnv('STAND_IN_LOGIN_ITEM', 'not-found');
  app.setLoginItemSettings({ openAtLogin: true });
  const item = packagedOnMac();
  expect(item.get()).toBe('off');
  item.set(true);
  expect(item.get()).toBe('not-found');
});
