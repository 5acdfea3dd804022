/** Pieces that several systems share: programs, lists of packages, boot files, journals. */

import type { Files } from './lay-out.ts';

/** The header of a program, which is all that is looked at. */
export function program(kind: 'arm64' | 'armhf' | 'armel' | 'amd64'): Uint8Array {
  const is64 = kind === 'arm64' || kind === 'amd64';
  const header = Buffer.alloc(128);
  header.write('\x7fELF', 'latin1');
  header[4] = is64 ? 2 : 1;
  header[5] = 1;
  header.writeUInt16LE({ arm64: 183, armhf: 40, armel: 40, amd64: 62 }[kind], 18);
  // EABI version 5, and for armhf the bit for floating-point registers.
  if (!is64) header.writeUInt32LE(kind === 'armhf' ? 0x05000400 : 0x05000200, 36);
  return header;
}

/** dpkg's list: packages by name and version, and one that was removed but not purged. */
export function dpkgStatus(architecture: string, packages: Record<string, string>): string {
  const paragraph = (name: string, version: string, state: string): string =>
    [
      `Package: ${name}`,
      `Status: install ok ${state}`,
      'Priority: optional',
      `Architecture: ${architecture}`,
      `Version: ${version}`,
      `Description: what ${name} is for`,
      ' Package: kodi',
    ].join('\n');
  return `${[
    paragraph('dpkg', '1.21.22', 'installed'),
    ...Object.entries(packages).map(([name, version]) => paragraph(name, version, 'installed')),
    paragraph('plexmediaserver', '1.40', 'config-files'),
  ].join('\n\n')}\n`;
}

/** Boot files of Raspberry Pi OS by architecture, as its releases ship them. */
export function bootFiles(kind: 'armhf' | 'arm64', withPi5: boolean): Files {
  const firmware = ['bootcode.bin', 'start.elf', 'start_x.elf', 'start4.elf', 'start4x.elf'];
  const kernels =
    kind === 'armhf'
      ? ['kernel.img', 'kernel7.img', 'kernel7l.img', 'kernel8.img']
      : ['kernel8.img'];
  const oldTrees = ['bcm2708-rpi-b', 'bcm2708-rpi-b-plus', 'bcm2708-rpi-zero-w', 'bcm2709-rpi-2-b'];
  const trees = [
    ...(kind === 'armhf' ? oldTrees : []),
    ...['bcm2710-rpi-3-b', 'bcm2710-rpi-3-b-plus', 'bcm2710-rpi-zero-2-w'],
    ...['bcm2711-rpi-4-b', 'bcm2711-rpi-400', 'bcm2711-rpi-cm4'],
    ...(withPi5 ? ['bcm2712-rpi-5-b', 'bcm2712-rpi-500'] : []),
  ].map((tree) => `${tree}.dtb`);
  const pi5 = withPi5 ? ['kernel_2712.img'] : [];
  return Object.fromEntries(
    [...firmware, ...kernels, ...pi5, ...trees].map((name) => [name, name]),
  );
}

/** A line of the kernel as rsyslog writes it. */
export function modelLine(model: string): string {
  return `Feb 29 12:00:00 octopi kernel: [    0.000000] OF: fdt: Machine model: ${model}\n`;
}

/** Parts of a journal in which the kernel names these Pis: objects as systemd aligns them, without its indexes. */
export function journal(models: readonly string[]): Uint8Array {
  const objects = models.map((model) => {
    const payload = Buffer.from(`MESSAGE=Machine model: ${model}`);
    const object = Buffer.alloc(Math.ceil((64 + payload.length) / 8) * 8);
    object[0] = 1;
    object.writeUInt32LE(64 + payload.length, 8);
    payload.copy(object, 64);
    return object;
  });
  return Buffer.concat([
    Buffer.from('LPKSHHRH'),
    Buffer.alloc(264),
    ...objects,
    Buffer.alloc(4096, 3),
  ]);
}
