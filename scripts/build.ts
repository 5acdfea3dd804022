/** `npm run build`: everything that ships, into dist/. */

import { buildApp } from './build-app.ts';
import { buildHelper } from './build-helper.ts';
import { buildNotices } from './build-notices.ts';
import { buildPanel } from './build-panel.ts';

const parts = {
  panel: buildPanel,
  app: buildApp,
  'single executable': buildHelper,
  'notices and list of components': buildNotices,
};

for (const [name, build] of Object.entries(parts)) {
  const start = performance.now();
  await build();
  console.log(`Built the ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
