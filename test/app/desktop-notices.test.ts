import { describe, expect, it } from 'vitest';
import { startNotificationDesktop } from '../platform/notify/notification-desktop.ts';
import { needsTools } from '../support/tools.ts';
import { appRig, insertCard, withoutChromium } from './rig.ts';

const start = appRig();
const withoutDesktop = needsTools(
  'Xvfb',
  'dbus-daemon',
  'dunst',
  'dunstctl',
  'notify-send',
  'import',
);

describe.skipIf(withoutChromium || withoutDesktop)('where Electron cannot show notices', () => {
  it('the app shows them through the desktop’s own notification daemon', async () => {
    const desktop = await startNotificationDesktop();
    try {
      const app = await start({ ...desktop.env, STAND_IN_NOTIFICATIONS: 'unsupported' });
      await app.page();
      await insertCard(app, 'octopi.img');
      await desktop.shown(1);
      const [notice] = await desktop.received();
      expect(notice).toMatchObject({ app: 'PiKeep', summary: 'Raspberry Pi card is here' });
      expect(notice?.body).toBe('Never backed up. A card of 100.7 MB; click to back it up.');
      expect(app.world.notices).toEqual([]);
    } finally {
      await desktop.close();
    }
  }, 60_000);
});
