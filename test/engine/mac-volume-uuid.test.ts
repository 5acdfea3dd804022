import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { macVolumeUuid } from '../../src/engine/mac-volume-uuid.ts';
import { emptyImage, temporaryFolder, tool } from '../support/file-systems.ts';
import { needsTools } from '../support/tools.ts';

const RECORDING = new URL(
  '../fixtures/diskutil/list-all-apfs-internal-plus-usb-superfloppy.plist',
  import.meta.url,
);

describe.skipIf(needsTools('mkfs.vfat'))('the UUID that macOS makes of a FAT', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  const sectorOf = (name: string, bytes: number, args: readonly string[]): Uint8Array => {
    const image = emptyImage(join(folder.path, name), bytes);
    tool('mkfs.vfat', [...args, image]);
    const sector = new Uint8Array(512);
    const fd = openSync(image, 'r');
    readSync(fd, sector);
    closeSync(fd);
    return sector;
  };

  it('is the one that Macs show of their EFI volume, whose serial number Linux shows as 67E3-17ED', () => {
    const sector = sectorOf('efi', 409_600 * 512, ['-F', '32', '-i', '67e317ed']);
    const uuid = macVolumeUuid(sector);
    expect(uuid).toBe('0E239BC6-F960-3107-89CF-1C97F78BB46B');
    expect(readFileSync(RECORDING, 'utf8')).toContain(uuid);
  });

  it('differs with the serial number and with the size, also of a FAT16', () => {
    const uuids = [
      sectorOf('a', 32 * 1024 * 1024, ['-F', '16', '-i', '00000001']),
      sectorOf('b', 32 * 1024 * 1024, ['-F', '16', '-i', '00000002']),
      sectorOf('c', 33 * 1024 * 1024, ['-F', '16', '-i', '00000001']),
    ].map(macVolumeUuid);
    expect(new Set(uuids).size).toBe(3);
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-3[0-9A-F]{3}-[89AB]/);
  });

  it('is none for what is no FAT', () => {
    expect(macVolumeUuid(new Uint8Array(512))).toBeNull();
    expect(macVolumeUuid(new Uint8Array(512).fill(0xff))).toBeNull();
  });
});
