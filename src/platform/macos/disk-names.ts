/** BSD names of disks: "disk4" is a whole disk, "disk4s1" a partition, "disk3s1s1" an APFS snapshot. */

const WHOLE = /^disk(0|[1-9]\d{0,4})$/;
const ANY = /^(disk(?:0|[1-9]\d{0,4}))((?:s[1-9]\d{0,4}){0,2})$/;

export function isWholeDisk(name: string): boolean {
  return WHOLE.test(name);
}

/** The whole disk that a name belongs to, with or without "/dev/" or "/dev/r" before it; null for what is no disk name. */
export function wholeDiskOf(name: string): string | null {
  return ANY.exec(name.replace(/^\/dev\/r?/, ''))?.[1] ?? null;
}

/** The number of a partition within its disk ("disk4s2" → 2); null for whole disks and snapshots. */
export function partitionNumber(name: string): number | null {
  const suffix = ANY.exec(name)?.[2];
  return suffix && /^s\d+$/.test(suffix) ? Number(suffix.slice(1)) : null;
}
