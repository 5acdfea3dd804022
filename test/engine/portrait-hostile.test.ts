import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { readCard } from '../../src/engine/card.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { readPortrait } from '../../src/engine/portrait.ts';
import { type Portrait, portraitSchema } from '../../src/engine/portrait-schema.ts';
import { openFileDevice } from '../support/file-device.ts';
import { temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { type Files, layOut } from '../support/systems/lay-out.ts';
import { dpkgStatus, journal, modelLine } from '../support/systems/pieces.ts';
import { bookworm, usualCard } from '../support/systems/raspberry.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 ** 2;
const tools = ['mke2fs', 'debugfs', 'mkfs.vfat', 'mcopy', 'sfdisk'] as const;
const release = 'ID=debian\nVERSION="12 (bookworm)"\nPRETTY_NAME="Debian GNU/Linux 12"\n';

describe.skipIf(needsTools(...tools))('the portrait of a hostile card', () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'card.img');
  afterAll(() => folder.remove());

  /** `more` are commands of debugfs on the system's partition. */
  async function draw(system: Files, boot: Files = {}, more = ''): Promise<Portrait> {
    const files = { 'config.txt': '', 'cmdline.txt': '', 'kernel8.img': '', ...boot };
    layOut(path, usualCard('hostile', { label: 'bootfs', files }, system));
    if (more !== '') {
      tool('debugfs', ['-w', '-f', '-', `${path}?offset=${44 * MIB}`], more);
    }
    const device = openFileDevice(path);
    try {
      const portrait = await readPortrait(device, await readCard(device));
      expect(v.safeParse(portraitSchema, portrait).issues).toBeUndefined();
      expect(device.bytesRead).toBeLessThan(48 * MIB);
      return portrait;
    } finally {
      await device.close();
    }
  }

  it('is drawn without what is too large to be what it says', async () => {
    const names = ['etc/os-release', 'etc/hostname', 'var/lib/dpkg/status', 'var/log/syslog'];
    const files = Object.fromEntries(names.map((name) => [name, release]));
    const huge = names.map((name) => `set_inode_field /${name} size 1000000000\n`).join('');
    const portrait = await draw({ ...files, 'etc/timezone': 'Europe/Rome\n' }, {}, huge);
    expect(portrait).toMatchObject({
      system: { kind: 'linux', name: 'Linux card', version: null },
      ...{ hostname: null, timeZone: 'Europe/Rome', lastModel: null },
    });
  });

  it('shows nothing but plain letters', async () => {
    const nasty = Buffer.concat([
      Buffer.from('ID=debian\nPRETTY_NAME="\x1b[31mRed\x07 \u202e'),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from(`${'x'.repeat(500)}"\nVERSION_CODENAME=\x00\x01\n`),
    ]);
    const portrait = await draw(
      {
        'etc/os-release': nasty,
        'etc/hostname': '../../evil\n',
        'etc/timezone': '../../etc/passwd\n',
        'etc/localtime': '-> /usr/share/zoneinfo/../../../etc/shadow',
        'etc/machine-id': 'not an id\n',
        'etc/rpi-issue': nasty,
        'lib/modules/6.1\x1b[2J/x': '',
        'lib/modules/6.1.0-ok/x': '',
        'var/lib/dpkg/status': dpkgStatus('arm64', { nginx: '1.2\x1b[31m' }),
        'var/log/kern.log': modelLine('Raspberry Pi 4\x1b[31m Model B'),
      },
      { 'config.txt': `os_prefix=${'../'.repeat(30)}etc/\n` },
    );
    expect(JSON.stringify(portrait)).toMatch(/^[\x20-\x7e]*$/);
    expect(portrait).toMatchObject({
      ...{ hostname: null, timeZone: null, kernels: ['6.1.0-ok'], lastModel: 'Raspberry Pi 4' },
      system: { kind: 'raspberry-pi-os', name: 'Raspberry Pi OS', codename: null },
      firstBoot: { started: null },
    });
    expect(portrait.system?.name.length).toBeLessThanOrEqual(80);
  });

  it('follows links inside of the card only, and none for ever', async () => {
    const portrait = await draw({
      'etc/os-release': '-> ../../../../../../../../etc/real-release',
      'etc/real-release': release,
      'etc/hostname': '-> hostname',
      'etc/machine-id': '-> /proc/self/environ',
      'etc/timezone': '-> /etc/loop-a',
      'etc/loop-a': '-> loop-b',
      'etc/loop-b': '-> loop-a',
      'lib/modules': '-> modules',
      'var/log/journal': '-> ..',
      home: '-> /home',
    });
    // The first leads to the card's own root and no further, as on the Pi.
    expect(portrait).toMatchObject({
      system: { name: 'Debian GNU/Linux 12' },
      ...{ hostname: null, timeZone: null, kernels: [], lastModel: null },
    });
  });

  it('takes no model from what only looks like a log', async () => {
    const portrait = await draw({
      'etc/os-release': release,
      'var/log/syslog': 'Machine model: Raspberry Pi 4 Model B Rev 1.4',
      'var/log/journal/0123456789abcdef0123456789abcdef/system.journal': journal([]),
      'var/log/kern.log': '-> /dev/zero',
    });
    expect(portrait.lastModel).toBeNull();
  });

  it('is bounded by a log that is mostly nothing', async () => {
    const log = '/var/log/syslog';
    const portrait = await draw(
      { 'etc/os-release': release, 'var/log/syslog': modelLine('Raspberry Pi 4 Model B Rev 1.4') },
      {},
      `set_inode_field ${log} size ${10 * MIB}\n`,
    );
    expect(portrait.lastModel).toBe('Raspberry Pi 4 Model B Rev 1.4');
  });

  it('is not searched from every one of ten thousands of empty lines to the last', async () => {
    const empty = '\n'.repeat(65_536);
    const networks = Object.fromEntries(
      Array.from({ length: 32 }, (_, index) => [`etc/netplan/${index}.yaml`, empty]),
    );
    const connection = 'etc/NetworkManager/system-connections/x';
    const portrait = await draw(
      { 'etc/os-release': release, [connection]: empty, ...networks },
      { 'config.txt': empty, 'custom.toml': `[ssh]${empty}`.slice(0, 65_536) },
    );
    expect(portrait.wifi).toBe('none');
  });

  describe('with any bytes of it changed', () => {
    let whole: Uint8Array;
    beforeAll(() => {
      layOut(path, bookworm);
      whole = new Uint8Array(68 * MIB);
      const fd = openSync(path, 'r');
      readSync(fd, whole, 0, whole.length, 0);
      closeSync(fd);
    });

    /** Where the tables, superblock, inodes and folders lie. */
    const places = fc.oneof(
      fc.integer({ min: 0, max: 1023 }),
      fc.integer({ min: 4 * MIB, max: 4 * MIB + 700 * 1024 }),
      fc.integer({ min: 44 * MIB + 1024, max: 44 * MIB + 2047 }),
      fc.integer({ min: 44 * MIB + 4096, max: 44 * MIB + 3 * MIB }),
    );

    it('is drawn all the same, and fits into a manifest', async () => {
      const changes = fc.array(fc.tuple(places, fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 60,
      });
      await fc.assert(
        fc.asyncProperty(changes, async (patches) => {
          const was = patches.map(([at]) => [at, whole[at] ?? 0] as const);
          for (const [at, value] of patches) whole[at] = value;
          try {
            const device = memoryDevice(whole);
            const portrait = await readPortrait(device, await readCard(device));
            expect(v.safeParse(portraitSchema, portrait).issues).toBeUndefined();
          } finally {
            for (const [at, value] of was.toReversed()) whole[at] = value;
          }
        }),
        { numRuns: 60 },
      );
    });

    it('loses one stroke where a place cannot be read, and all of it with the card', async () => {
      const device = memoryDevice(whole);
      const card = await readCard(device);
      const model = Buffer.from(whole.buffer).indexOf('Machine model: Raspberry Pi 5');
      expect(model).toBeGreaterThan(0);
      const broken = (code: 'READ_FAILED' | 'DEVICE_GONE'): BlockDevice => ({
        ...device,
        async read(into, offset) {
          if (offset <= model && model < offset + into.length) {
            const facts = { path: 'card', offset, bytes: into.length, errno: 'EIO' };
            throw code === 'READ_FAILED'
              ? new PiKeepError(code, facts)
              : new PiKeepError(code, { path: 'card' });
          }
          await device.read(into, offset);
        },
      });
      const portrait = await readPortrait(broken('READ_FAILED'), card);
      expect(portrait).toMatchObject({ hostname: 'kitchen', lastModel: null });
      await expect(readPortrait(broken('DEVICE_GONE'), card)).rejects.toMatchObject({
        code: 'DEVICE_GONE',
      });
    });

    it('stops when it is told to', async () => {
      const device = memoryDevice(whole);
      const card = await readCard(device);
      const stop = new AbortController();
      stop.abort();
      await expect(readPortrait(device, card, { signal: stop.signal })).rejects.toMatchObject({
        code: 'INTERRUPTED',
      });
    });
  });
});
