/** What is mounted, as the kernel tells this process (proc(5), /proc/self/mountinfo). */

import { readFile } from 'node:fs/promises';
import { attribute, names } from './sysfs.ts';

export interface MountEntry {
  /** "8:17" */
  readonly device: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** "/dev/sdb1", for file systems that show a device number of their own (btrfs, FUSE). */
  readonly source: string;
}

export async function readMounts(): Promise<readonly MountEntry[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Lines that are not of the documented form are passed over. */
export function parseMountInfo(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ');
    const device = left?.split(' ')[2];
    const mountPoint = left?.split(' ')[4];
    const [fileSystem, source] = right?.split(' ') ?? [];
    if (!device || !mountPoint || !fileSystem || !source) return [];
    return [
      { device, mountPoint: unescapeOctal(mountPoint), fileSystem, source: unescapeOctal(source) },
    ];
  });
}

/** Mounts of a whole disk and of its partitions, the innermost first. */
export async function mountsOfDisk(kname: string): Promise<readonly MountEntry[]> {
  const parts = (await names(`/sys/class/block/${kname}`)).filter((name) => name.startsWith(kname));
  const devices = new Set<string>();
  const nodes = new Set<string>();
  for (const name of [kname, ...parts]) {
    nodes.add(`/dev/${name}`);
    const device = await attribute(name, 'dev');
    if (device !== null) devices.add(device);
  }
  const mounts = (await readMounts()).filter(
    (mount) => devices.has(mount.device) || nodes.has(mount.source),
  );
  // Later lines lie on top of earlier ones.
  return mounts.toReversed();
}

/** Blanks, tabs, line ends and backslashes are written in octal. */
function unescapeOctal(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
