import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawDevice } from '../../../src/platform/macos/raw-device.ts';
import { UncachedFile } from '../../../src/platform/macos/uncached-file.ts';
import { blockDeviceSuite, suiteContent } from '../../support/block-device-suite.ts';
import { plainDisk } from '../../support/disk.ts';
import { temporaryFolder } from '../../support/file-systems.ts';

function imageFile() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'card.img');
  const content = suiteContent();
  writeFileSync(path, content);
  return { path, bytes: content.byteLength, dispose: async () => folder.remove() };
}

blockDeviceSuite('a descriptor that authopen passed', async () => {
  const { path, bytes, dispose } = imageFile();
  const device = await rawDevice(openSync(path, 'r'), plainDisk({ path, bytes }));
  return { device, dispose };
});

blockDeviceSuite('an image read past the cache', async () => {
  const { path, dispose } = imageFile();
  return { device: await UncachedFile.open(path, true), dispose };
});
