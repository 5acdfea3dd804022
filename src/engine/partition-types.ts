/** What the type codes of MBR and GPT mean, in the one vocabulary of `disk.ts`. */

import type { PartitionKind } from './disk.ts';

/** MBR type bytes (the list that `sfdisk --list-types` prints). */
const mbrKinds: ReadonlyMap<number, PartitionKind> = new Map([
  [0x01, 'fat'],
  [0x04, 'fat'],
  [0x06, 'fat'],
  [0x0b, 'fat'],
  [0x0c, 'fat'],
  [0x0e, 'fat'],
  [0x05, 'extended'],
  [0x0f, 'extended'],
  [0x85, 'extended'],
  [0x07, 'ntfs-or-exfat'],
  [0x82, 'linux-swap'],
  [0x83, 'linux'],
  [0x8e, 'linux-lvm'],
  [0xaf, 'hfs'],
  [0xef, 'efi-system'],
]);

/** GPT type GUIDs (UEFI specification; Discoverable Partitions Specification for the Linux roots). */
const gptKinds: ReadonlyMap<string, PartitionKind> = new Map([
  ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'efi-system'],
  ['ebd0a0a2-b9e5-4433-87c0-68b6b72699c7', 'microsoft-basic-data'],
  ['0fc63daf-8483-4772-8e79-3d69d8477de4', 'linux'],
  ['0657fd6d-a4ab-43c4-84e5-0933c84b4f4f', 'linux-swap'],
  ['e6d6d379-f507-44c2-a23c-238f2a3df928', 'linux-lvm'],
  ['69dad710-2ce4-4e3c-b16c-21a1d49abed3', 'linux'],
  ['b921b045-1df0-41c3-af44-4c6f280d3fae', 'linux'],
  ['bc13c2ff-59e6-4262-a352-b275fd6f7172', 'linux'],
  ['933ac7e1-2eb4-4f13-b844-0e14e2aef915', 'linux'],
  ['7c3457ef-0000-11aa-aa11-00306543ecac', 'apfs'],
  ['48465300-0000-11aa-aa11-00306543ecac', 'hfs'],
]);

export function mbrKind(type: number): PartitionKind {
  return mbrKinds.get(type) ?? 'other';
}

export function gptKind(typeGuid: string): PartitionKind {
  return gptKinds.get(typeGuid.toLowerCase()) ?? 'other';
}
