/** The recordings of test/fixtures/diskutil, and their text forms turned into the property lists they stand for. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type PlistValue } from 'plist';

const folder = fileURLToPath(new URL('../../fixtures/diskutil/', import.meta.url));

export function recording(name: string): string {
  return readFileSync(`${folder}${name}`, 'utf8');
}

/** An `info -plist` reply with the facts that a recorded text form of `info` gives. */
export function infoFromText(text: string): string {
  const field = (name: string) => new RegExp(`^ *${name}: +(.*)$`, 'm').exec(text)?.[1]?.trim();
  const reply: { [key: string]: PlistValue } = {};
  const put = (key: string, value: PlistValue | undefined) => {
    if (value !== undefined) reply[key] = value;
  };
  put('DeviceIdentifier', field('Device Identifier'));
  put('MediaName', field('Device / Media Name'));
  put('BusProtocol', field('Protocol'));
  put('WholeDisk', yesNo(field('Whole'), 'Yes', 'No'));
  put('Internal', yesNo(field('Device Location'), 'Internal', 'External'));
  put('RemovableMedia', yesNo(field('Removable Media'), 'Removable', 'Fixed'));
  const bytes = /\((\d+) Bytes\)/.exec(field('Disk Size') ?? '')?.[1];
  put('Size', bytes === undefined ? undefined : Number(bytes));
  return build(reply);
}

function yesNo(value: string | undefined, yes: string, no: string): boolean | undefined {
  if (value === undefined) return undefined;
  if (value !== yes && value !== no) throw new Error(`neither ${yes} nor ${no}: ${value}`);
  return value === yes;
}

/** A `list -plist` reply for the disks of a recorded text listing. Its sizes are rounded to three figures, as printed. */
export function listFromText(text: string): string {
  const disks: { id: string; content: string; bytes: number; partitions: PlistValue[] }[] = [];
  for (const line of text.split('\n')) {
    const [, type = '', name = '', size = '', unit = '', id = ''] =
      /^ +\d+: +(\S+)(?: (.*?))? +[*+]?([\d.]+) ([KMG]B) +(disk\d+(?:s\d+)?)$/.exec(line) ?? [];
    if (!id) continue;
    const bytes = Math.round((Number(size) * (units[unit] ?? Number.NaN)) / 512) * 512;
    const disk = disks.at(-1);
    if (!id.includes('s', 4)) disks.push({ id, content: type, bytes, partitions: [] });
    else if (disk) {
      disk.partitions.push({
        Content: type,
        DeviceIdentifier: id,
        Size: bytes,
        ...(name.trim() ? { VolumeName: name.trim() } : {}),
      });
    }
  }
  return build({
    AllDisksAndPartitions: disks.map(({ id, content, bytes, partitions }) => ({
      Content: content,
      DeviceIdentifier: id,
      OSInternal: false,
      Partitions: partitions,
      Size: bytes,
    })),
    WholeDisks: disks.map(({ id }) => id),
  });
}

const units: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };
