/** The mount table, as `/sbin/mount` prints it. It touches no volume. */

import { PiKeepError } from '../../engine/errors.ts';
import { run } from '../run.ts';
import { wholeDiskOf } from './disk-names.ts';
import type { MacTools } from './tools.ts';

export interface Mount {
  /** "/dev/disk8s1", "//user@server/share", "map auto_home". */
  readonly device: string;
  readonly mountPoint: string;
  /** "apfs", "msdos", "smbfs". */
  readonly fileSystem: string;
  readonly options: readonly string[];
}

/** Throws TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
export async function listMounts(tools: MacTools, signal?: AbortSignal): Promise<readonly Mount[]> {
  const { status, stdout, stderr } = await run(tools.mount, [], { signal });
  if (status !== 0) {
    const detail = stderr.trim() || `ended with status ${status}`;
    throw new PiKeepError('TOOL_FAILED', { tool: 'mount', detail });
  }
  return parseMounts(stdout);
}

/** True when a volume of this whole disk is mounted. */
export function isDiskMounted(mounts: readonly Mount[], disk: string): boolean {
  return mounts.some(({ device }) => device.startsWith('/dev/') && wholeDiskOf(device) === disk);
}

/**
 * Lines like "/dev/disk8s1 on /Volumes/bootfs (msdos, local, nodev, nosuid, noowners, noatime)". Names are not escaped,
 * so the last pair of parentheses counts. Lines of another form are left out.
 */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => parseMount(line) ?? []);
}

/** Without a regular expression: on a name full of " on /" it would try each with each. */
function parseMount(line: string): Mount | null {
  const open = line.lastIndexOf(' (');
  const on = line.indexOf(' on /', 1);
  const inside = line.slice(open + 2, -1);
  if (on === -1 || open <= on || !line.endsWith(')') || /[()]/.test(inside)) return null;
  const [fileSystem = '', ...options] = inside.split(',').map((word) => word.trim());
  return {
    device: line.slice(0, on),
    mountPoint: line.slice(on + ' on '.length, open),
    fileSystem,
    options,
  };
}
