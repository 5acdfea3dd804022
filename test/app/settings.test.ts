import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appRig, withoutChromium } from './rig.ts';

const start = appRig();

describe.skipIf(withoutChromium)('the settings in the app', () => {
  it('are in the language of the system until another is chosen, which is spoken at once', async () => {
    const app = await start({ STAND_IN_LANGUAGES: 'pt-BR,de-CH,en-US' });
    const page = await app.page();
    const language = () => page.evaluate('document.documentElement.lang');
    await expect.poll(language, { timeout: 20_000 }).toBe('de');
    await page.keyboard.press('Control+,');
    const choice = page.locator('#setting-language');
    await choice.locator('option', { hasText: 'Deutsch' }).first().waitFor({ state: 'attached' });
    await choice.selectOption('en');
    await expect.poll(language, { timeout: 20_000 }).toBe('en');
    await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    await app.doing('right-click tray');
    const { menus } = await app.until('the menu is there', (world) => world.menus.length === 1);
    expect(menus[0]?.map(({ label }) => label)).toContain('Quit PiKeep');
  }, 60_000);

  it('keep the folder that is chosen in the dialog of the system, and none that is not', async () => {
    const app = await start();
    const page = await app.page();
    await page.getByText('Put in a Raspberry Pi card').waitFor();
    await page.keyboard.press('Control+,');
    const change = page.getByRole('button', { name: /^Change…/ });
    await change.click();
    const { dialogs } = await app.until('it asks', (world) => world.dialogs.length === 1);
    expect(dialogs[0]).toMatchObject({ message: 'Where shall backups be kept?' });
    await app.doing('answer open dialog', null);
    await app.until('it is answered', (world) => world.dialogs[0]?.answered === true);
    const chosen = join(app.slot, '..', 'chosen');
    await mkdir(chosen);
    await change.click();
    await app.until('it asks again', (world) => world.dialogs.length === 2);
    await app.doing('answer open dialog', chosen);
    await page.getByText('Saved', { exact: true }).waitFor();
    const file = join(app.slot, '..', 'home', '.config', 'pikeep', 'settings.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ library: chosen });
  }, 60_000);
});
