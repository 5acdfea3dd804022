/** What Linux says about the volume that holds a path. */

import { realpath, stat, statfs } from 'node:fs/promises';
import * as v from 'valibot';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type { VolumeFacts, Volumes } from '../ports.ts';
import { run } from '../run.ts';
import { btrfsMembers } from './disk-roles.ts';
import { attribute, deviceName, slaves, wholeDisk } from './sysfs.ts';
import type { LinuxTools } from './tools.ts';

/** FAT counts a file's length in 32 bits (Microsoft, FAT32 File System Specification 1.03). */
const FAT_MAX_FILE_BYTES = 2 ** 32 - 1;
const FAT = new Set(['vfat', 'msdos', 'umsdos']);
/** Known to leave unwritten blocks out. Servers, FUSE and NTFS may or may not, so they are not on the list. */
const KEEPS_HOLES = new Set([
  ...['bcachefs', 'btrfs', 'ext2', 'ext3', 'ext4', 'f2fs', 'jfs', 'nilfs2', 'overlay'],
  ...['reiserfs', 'tmpfs', 'ubifs', 'xfs', 'zfs'],
]);
const NETWORK =
  /^(?:nfs\d?|cifs|smb3?|smbfs|9p|ceph|afs|ncpfs|coda|glusterfs|lustre|fuse\.(?:sshfs|rclone|davfs|glusterfs|gvfsd-fuse|curlftpfs|s3fs|ceph)|davfs)$/;
/** A file in an image on a file in an image …; deeper than anybody builds. */
const MAX_CHAIN = 8;

const mountSchema = v.object({
  filesystems: v.tuple([
    v.object({
      target: v.pipe(v.string(), v.startsWith('/')),
      source: v.nullish(v.string(), ''),
      fstype: v.string(),
      options: v.string(),
      'maj:min': v.pipe(v.string(), v.trim(), v.regex(/^\d+:\d+$/)),
    }),
  ]),
});

export interface FoundMount {
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  readonly options: readonly string[];
  /** "254:0" */
  readonly device: string;
}

export function createLinuxVolumes(tools: LinuxTools): Volumes {
  return { volumeOf: (path) => volumeOf(tools, path) } satisfies Volumes;
}

async function volumeOf(tools: LinuxTools, path: string): Promise<VolumeFacts> {
  const real = await existing(path);
  const mount = await askFindmnt(tools, real);
  const { bavail, bsize } = await statfs(real);
  const disks = new Set<string>();
  await addDisks(tools, mount, disks, 0);
  return { ...volumeFacts(mount), freeBytes: bavail * bsize, disks: [...disks] };
}

/** What follows from the name and the options of a file system alone. */
export function volumeFacts(mount: FoundMount): Omit<VolumeFacts, 'freeBytes' | 'disks'> {
  const { fileSystem, mountPoint, options } = mount;
  return {
    fileSystem,
    mountPoint,
    maxFileBytes: FAT.has(fileSystem) ? FAT_MAX_FILE_BYTES : Number.POSITIVE_INFINITY,
    keepsHoles: KEEPS_HOLES.has(fileSystem),
    readOnly: options.includes('ro'),
    network: NETWORK.test(fileSystem),
  };
}

/** Reads the answer of `findmnt --json`. Throws TOOL_FAILED. */
export function parseFindmnt(json: string): FoundMount {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw new PiKeepError('TOOL_FAILED', { tool: 'findmnt', detail: 'no JSON' }, { cause: error });
  }
  const parsed = v.safeParse(mountSchema, data);
  if (!parsed.success) {
    throw new PiKeepError('TOOL_FAILED', { tool: 'findmnt', detail: 'an answer of another form' });
  }
  const [found] = parsed.output.filesystems;
  return {
    mountPoint: found.target,
    fileSystem: found.fstype,
    source: found.source,
    options: found.options.split(','),
    device: found['maj:min'],
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
    const facts = { path, errno: errno ?? 'unknown' };
    throw new PiKeepError('DESTINATION_FAILED', facts, { cause: error });
  }
}

async function askFindmnt(tools: LinuxTools, path: string): Promise<FoundMount> {
  const columns = 'TARGET,SOURCE,FSTYPE,OPTIONS,MAJ:MIN';
  // One mount may lie on top of another; the last one is what the path reaches.
  const args = ['--json', '--first-only', '--output', columns, '--target', path];
  const { status, stdout, stderr } = await run(tools.findmnt, args, { timeoutMs: 10_000 });
  if (status === 0) return parseFindmnt(stdout);
  const detail = stderr.trim() || `no mount holds ${path}`;
  throw new PiKeepError('TOOL_FAILED', { tool: 'findmnt', detail });
}

/** Adds the whole disks below a mount, through device mapper, RAID, btrfs and image files. */
async function addDisks(
  tools: LinuxTools,
  mount: FoundMount,
  disks: Set<string>,
  depth: number,
): Promise<void> {
  const kname = (await deviceName(mount.device)) ?? (await sourceName(mount.source));
  if (kname === null) return;
  await addBelow(tools, kname, disks, depth);
  for (const member of (await btrfsMembers()).get(kname) ?? []) {
    await addBelow(tools, member, disks, depth);
  }
}

async function addBelow(
  tools: LinuxTools,
  kname: string,
  disks: Set<string>,
  depth: number,
): Promise<void> {
  const whole = await wholeDisk(kname);
  if (whole === null || disks.has(whole) || depth > MAX_CHAIN) return;
  disks.add(whole);
  for (const slave of await slaves(whole)) await addBelow(tools, slave, disks, depth + 1);
  const file = await attribute(whole, 'loop/backing_file');
  if (file === null) return;
  const real = await realpath(file).catch(() => null);
  // A deleted image has no name to ask for any more.
  if (real !== null) await addDisks(tools, await askFindmnt(tools, real), disks, depth + 1);
}

/** btrfs ("/dev/sda2[/@home]") and FUSE show a device number of their own; the name of the source still says where. */
async function sourceName(source: string): Promise<string | null> {
  const node = source.replace(/\[.*\]$/, '');
  if (!node.startsWith('/dev/')) return null;
  try {
    const stats = await stat(node);
    return stats.isBlockDevice() ? await deviceName(stats.rdev) : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
