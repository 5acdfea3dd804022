import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxPowerSource } from '../../../src/platform/linux/power.ts';
import { temporaryFolder } from '../../support/file-systems.ts';

/** Attributes as Documentation/ABI/testing/sysfs-class-power names them. */
const supplies = {
  mains: { type: 'Mains', online: '1' },
  unplugged: { type: 'Mains', online: '0' },
  usb: { type: 'USB', online: '1' },
  emptied: { type: 'Battery', status: 'Discharging', scope: 'System' },
  old: { type: 'Battery', status: 'Discharging' },
  full: { type: 'Battery', status: 'Full' },
  mouse: { type: 'Battery', status: 'Discharging', scope: 'Device' },
} as const;

describe('what a computer with Linux runs on', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it.each([
    ['mains', [] as const],
    ['mains', ['mains'] as const],
    ['battery', ['unplugged', 'emptied'] as const],
    ['battery', ['old'] as const],
    ['mains', ['emptied', 'mains'] as const],
    ['mains', ['unplugged', 'old', 'usb'] as const],
    ['mains', ['unplugged', 'full'] as const],
    ['mains', ['mouse'] as const],
  ])('is %s with %j', async (source, names) => {
    for (const name of names) {
      mkdirSync(join(folder.path, name));
      for (const [file, text] of Object.entries(supplies[name])) {
        writeFileSync(join(folder.path, name, file), `${text}\n`);
      }
    }
    expect(await linuxPowerSource(folder.path)).toBe(source);
  });

  it('is not known where the system says nothing, and known on this one', async () => {
    expect(await linuxPowerSource(join(folder.path, 'nowhere'))).toBe('unknown');
    expect(['mains', 'battery', 'unknown']).toContain(await linuxPowerSource());
  });
});
