/** What is packed starts where there is nothing else, and makes a backup through its worker. */

import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { buildApp } from '../../scripts/build-app.ts';
import { buildPanel } from '../../scripts/build-panel.ts';
import { stage } from '../../scripts/package/stage.ts';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { startChromium } from '../support/electron/chromium.ts';
import { runApp } from '../support/electron/run-app.ts';
import { needsTools } from '../support/tools.ts';

const root = resolve(import.meta.dirname, '../..');
const nativeName = `@koromix/koffi-${process.platform}-${process.arch}`;

it.skipIf(needsTools('chromium'))('what is packed works', { timeout: 180_000 }, async () => {
  // Outside of the checkout, whose node_modules would supply what is missing.
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-start-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  await buildApp();
  await buildPanel();
  const native = join(root, 'node_modules', nativeName);
  await stage({ folder, architecture: 'arm64', native, nativeName, documents: [] });
  const chromium = await startChromium();
  try {
    const app = await runApp({ app: { folder }, chromium });
    try {
      const page = await app.page();
      await writeSampleCard(join(folder, 'card.img'));
      await rename(join(folder, 'card.img'), join(app.slot, 'card.img'));
      const button = page.getByRole('button', { name: 'Back up this Pi card' });
      await button.waitFor({ state: 'attached', timeout: 60_000 });
      // Nobody has opened the panel.
      await button.dispatchEvent('click');
      const isDone = ({ tray }: { tray: { icon: string } | null }) =>
        tray?.icon === 'doneTemplate.png';
      await app.until('the backup is done', isDone, 90);
      expect(app.complaints).toBe('');
    } finally {
      await app.close();
    }
  } finally {
    await chromium.close();
    await remove();
  }
});
