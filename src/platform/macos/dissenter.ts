/** Who refused an unmount or an eject, from what `diskutil` prints. Only for naming the culprit; the exit status decides. */

export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/**
 * "Unmount was dissented by PID 319 (/System/…/mds_stores)": paths hold spaces and may hold parentheses, and are no longer than
 * PATH_MAX of macOS.
 */
const BY_PATH = /dissented by PID (\d{1,9}) \((.{1,1024})\)$/m;
/** "Dissenter PID=442 (mds) status=0x0000c02f", the wording of other versions. */
const BY_NAME = /Dissenter PID=(\d{1,9}) \((.{1,1024})\) status=/m;

/** The first dissenter in the text, by the last part of its path; null when none is named. */
export function findHolder(text: string): Holder | null {
  const match = BY_PATH.exec(text) ?? BY_NAME.exec(text);
  const [, pid, path] = match ?? [];
  if (pid === undefined || path === undefined) return null;
  const name = path.split('/').findLast((part) => part !== '') ?? path;
  return { pid: Number(pid), name: name.slice(0, 128) };
}
