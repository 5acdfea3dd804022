/**
 * How cmdline.txt and fstab name a file system: "PARTUUID=5e3da3da-02", "LABEL=writable", "/dev/mmcblk0p2". Sources: Linux
 * block/early-lookup.c (root=), fstab(5), udev's folders below /dev/disk.
 */

import type { CardPartition } from './card.ts';

export interface VolumeSpec {
  /** As it stands there, without letters that could steer a terminal. */
  readonly shown: string;
  readonly by: 'partuuid' | 'uuid' | 'label' | 'partlabel' | 'index';
  readonly value: string;
  /** PARTNROFF: so many partitions behind the one that is named. */
  readonly offset: number;
}

const MAX_SHOWN = 80;
/** Letters; the kernel's whole command line has no more than 4096, and longer texts cost time only. */
const MAX_SPEC = 1024;
const tags = {
  PARTUUID: 'partuuid',
  UUID: 'uuid',
  LABEL: 'label',
  PARTLABEL: 'partlabel',
} as const;

/** Null for what only a running Pi can judge: a network root, a RAM disk, a volume of LVM. */
export function parseSpec(text: string): VolumeSpec | null {
  if (text.length > MAX_SPEC) return null;
  const shown = shownText(text);
  const plain = decode(text.replace(/^(["'])(.*)\1$/, '$2').replace(/=(["'])(.*)\1$/, '=$2'));
  const [, tag = '', value = ''] = /^(PARTUUID|UUID|LABEL|PARTLABEL)=(.+)$/i.exec(plain) ?? [];
  if (tag !== '') {
    const [, own = value, offset = '0'] = /^(.*)\/PARTNROFF=(-?\d{1,3})$/i.exec(value) ?? [];
    const by = tags[tag.toUpperCase() as keyof typeof tags];
    return { shown, by, value: own.toLowerCase(), offset: Number(offset) };
  }
  const [, kind = '', name = ''] =
    /^\/dev\/disk\/by-(partuuid|uuid|label|partlabel)\/(.+)$/.exec(plain) ?? [];
  if (kind !== '')
    return { shown, by: kind as VolumeSpec['by'], value: name.toLowerCase(), offset: 0 };
  const index = /^\/dev\/(?:mmcblk\d+p|nvme\d+n\d+p|sd[a-z])(\d{1,3})$/.exec(plain)?.[1];
  return index === undefined ? null : { shown, by: 'index', value: index, offset: 0 };
}

/** The partition that is meant; null when none is. */
export function findVolume(
  partitions: readonly CardPartition[],
  { by, value, offset }: VolumeSpec,
): CardPartition | null {
  const is = (part: CardPartition): boolean => {
    if (by === 'index') return part.index === Number(value);
    const own = {
      partuuid: part.partUuid,
      uuid: part.uuid,
      label: part.label,
      partlabel: part.name,
    };
    return own[by]?.toLowerCase() === value;
  };
  const found = partitions.find(is);
  if (!found || offset === 0) return found ?? null;
  return partitions.find(({ index }) => index === found.index + offset) ?? null;
}

/** Whether a type in fstab or `rootfstype=` fits what was found ("fat32", "ext"). Lists ("ext4,f2fs") fit by any. */
export function fitsType(wanted: string, found: string): boolean {
  return wanted.split(',').some((type) => {
    if (type === 'auto') return true;
    if (/^(vfat|msdos|fat)$/.test(type)) return found.startsWith('fat');
    return /^ext[234]$/.test(type) ? /^ext\d?$/.test(found) : type === found;
  });
}

/** Text off a card as it may stand in a sentence. */
export function shownText(text: string, most = MAX_SHOWN): string {
  const clean = text.slice(0, most * 2).replace(/[^\x20-\x7e]/g, '?');
  return clean.length > most ? `${clean.slice(0, most)}…` : clean;
}

/** fstab writes a space as "\040", udev as "\x20". */
function decode(text: string): string {
  return text
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
}
