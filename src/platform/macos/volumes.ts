/** What macOS says about the volume that holds a path. */

import { realpath, stat, statfs } from 'node:fs/promises';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type { VolumeFacts, Volumes } from '../ports.ts';
import { disksBelow } from './disk-records.ts';
import { askInfo } from './diskutil.ts';
import { listMounts, type Mount } from './mounts.ts';
import type { MacPlaces, MacTools } from './tools.ts';

/** FAT32 counts a file's length in 32 bits (Microsoft, FAT32 File System Specification). */
const FAT_MAX_FILE_BYTES = 2 ** 32 - 1;

export function createVolumes(places: MacPlaces): Volumes {
  return {
    async volumeOf(path): Promise<VolumeFacts> {
      const real = await existing(path);
      const mount = await mountOf(real, places.dataVolume, await listMounts(places.tools));
      const { bavail, bsize } = await statfs(real);
      return {
        fileSystem: mount.fileSystem,
        mountPoint: mount.mountPoint,
        freeBytes: bavail * bsize,
        maxFileBytes: mount.fileSystem === 'msdos' ? FAT_MAX_FILE_BYTES : Number.POSITIVE_INFINITY,
        // APFS alone of the file systems macOS writes to; HFS+, FAT, exFAT and SMB servers store every byte.
        keepsHoles: mount.fileSystem === 'apfs',
        readOnly: mount.options.includes('read-only'),
        network: !mount.options.includes('local'),
        disks: await disksOf(places.tools, mount),
      };
    },
  };
}

async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      throw new PiKeepError('DESTINATION_MISSING', { path }, { cause: error });
    }
    throw new PiKeepError(
      'DESTINATION_FAILED',
      { path, errno: errno ?? 'unknown' },
      { cause: error },
    );
  }
}

/**
 * The mount a path lies on: the innermost whose device number is the path's. Only mount points above the path are looked
 * at (and the data volume), so that no card's volume is touched.
 */
async function mountOf(path: string, dataVolume: string, mounts: readonly Mount[]): Promise<Mount> {
  const above = mounts
    .filter(({ mountPoint }) => isWithin(path, mountPoint) || mountPoint === dataVolume)
    .sort((one, other) => other.mountPoint.length - one.mountPoint.length);
  const { dev } = await stat(path);
  for (const mount of above) {
    const own = await stat(mount.mountPoint).catch(() => null);
    if (own?.dev === dev) return mount;
  }
  const innermost = above.find(({ mountPoint }) => isWithin(path, mountPoint));
  if (innermost) return innermost;
  throw new PiKeepError('TOOL_FAILED', { tool: 'mount', detail: `no volume holds ${path}` });
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

async function disksOf(tools: MacTools, mount: Mount): Promise<readonly string[]> {
  if (!mount.device.startsWith('/dev/disk')) return [];
  const reply = await askInfo(tools, mount.device);
  return reply ? disksBelow(reply) : [];
}
