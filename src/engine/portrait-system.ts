/** Which system is on a card: Raspberry Pi OS and its kin by their files, others by the layout of their partitions. */

import { type Card, type CardPartition, cleanHostname } from './card.ts';
import { osReleaseField, plainText } from './os-release.ts';
import type { BootFacts } from './portrait-boot.ts';
import type { PortraitFiles } from './portrait-files.ts';
import { MAX_TEXT_LETTERS, type PortraitSystem } from './portrait-schema.ts';

/** The trees of a card by what they are for. */
export interface SystemTrees {
  /** Holds /etc/os-release; null where the system lies in an image that is not opened, as LibreELEC's does. */
  readonly root: PortraitFiles | null;
  /** Every Linux file system. */
  readonly linux: readonly PortraitFiles[];
  /** The boot partition as a tree. */
  readonly boot: PortraitFiles | null;
}

export interface SystemFacts {
  readonly system: PortraitSystem | null;
  readonly hostname: string | null;
  readonly started: boolean | null;
  readonly timeZone: string | null;
}

export async function readSystemFacts(
  card: Card,
  trees: SystemTrees,
  boot: BootFacts | null,
): Promise<SystemFacts> {
  const { root } = trees;
  const storage = await storageOf(trees, boot);
  if (!root && storage) return libreElec(storage);
  const homeAssistant = root ? null : homeAssistantParts(card);
  if (homeAssistant) return homeAssistantFacts(trees, homeAssistant);
  if (!root) {
    const known = trees.linux.length > 0 || card.partitions.some(isLinuxLike);
    return { ...nothing, hostname: card.hostname, system: known ? plainLinux(null) : null };
  }
  return {
    system: await systemOf(root, trees.boot),
    hostname: card.hostname ?? cleanHostname(await root.text('/etc/hostname')),
    started: startedBy(await root.text('/etc/machine-id')),
    timeZone: await timeZoneOf(root),
  };
}

const nothing: SystemFacts = { system: null, hostname: null, started: null, timeZone: null };

function isLinuxLike({ fileSystem }: CardPartition): boolean {
  return ['btrfs', 'xfs', 'f2fs', 'squashfs', 'luks', 'lvm', 'md'].includes(fileSystem ?? '');
}

function plainLinux(release: string | null): PortraitSystem {
  const name = osReleaseField(release, 'PRETTY_NAME') ?? osReleaseField(release, 'NAME');
  return {
    kind: 'linux',
    name: name ?? 'Linux card',
    version: osReleaseField(release, 'VERSION') ?? osReleaseField(release, 'VERSION_ID'),
    codename: osReleaseField(release, 'VERSION_CODENAME'),
    edition: null,
    built: null,
  };
}

async function systemOf(root: PortraitFiles, boot: PortraitFiles | null): Promise<PortraitSystem> {
  const release = (await root.text('/etc/os-release')) ?? (await root.text('/usr/lib/os-release'));
  const linux = plainLinux(release);
  const dietPi = await dietPiVersion(root, boot);
  if (dietPi !== null) return { ...linux, kind: 'dietpi', name: 'DietPi', version: dietPi };
  const issue = await root.text('/etc/rpi-issue');
  if (issue !== null) {
    // "Raspberry Pi reference 2023-10-10", then "Generated using pi-gen, https://…, a7a4…, stage4" (pi-gen, export-image).
    const built = /\b(\d{4}-\d\d-\d\d)\b/.exec(issue)?.[1] ?? null;
    const edition = editions.get(/\bstage([245])\b/.exec(issue)?.[1] ?? '') ?? null;
    return { ...linux, kind: 'raspberry-pi-os', name: 'Raspberry Pi OS', edition, built };
  }
  const id = osReleaseField(release, 'ID');
  return id === 'ubuntu' ? { ...linux, kind: 'ubuntu', name: 'Ubuntu' } : linux;
}

/** Stages of pi-gen and what its README says they are exported as. */
const editions: ReadonlyMap<string, string> = new Map([
  ['2', 'Lite'],
  ['4', 'Desktop'],
  ['5', 'Full'],
]);

/** Three numbers that DietPi sources as shell (MichaIng/DietPi, dietpi/func/dietpi-globals). Older images keep them on the boot partition. */
async function dietPiVersion(
  root: PortraitFiles,
  boot: PortraitFiles | null,
): Promise<string | null> {
  const text =
    (await root.text('/boot/dietpi/.version')) ?? (await boot?.text('/dietpi/.version')) ?? '';
  const numbers = ['CORE', 'SUB', 'RC'].map(
    (part) =>
      new RegExp(`^G_DIETPI_VERSION_${part}=['"]?(\\d{1,4})['"]?\\s*$`, 'm').exec(text)?.[1] ??
      null,
  );
  return numbers.includes(null) ? null : numbers.join('.');
}

/** As systemd judges it: machine-id(5), "first boot semantics". */
function startedBy(machineId: string | null): boolean | null {
  const id = machineId?.trim();
  if (id === '' || id === 'uninitialized') return false;
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? true : null;
}

async function timeZoneOf(root: PortraitFiles): Promise<string | null> {
  const link = await root.linkTarget('/etc/localtime');
  const target = /\/zoneinfo\/(.+)$/.exec(link ?? '')?.[1];
  return zone(target ?? null) ?? zone((await root.text('/etc/timezone'))?.trim() ?? null);
}

function zone(name: string | null): string | null {
  return name !== null && /^[A-Z][\w+-]{1,30}(\/[\w+-]{1,30}){0,2}$/.test(name) ? name : null;
}

/**
 * LibreELEC keeps its system as the file SYSTEM on the boot partition, and everything else on a second one, which it mounts
 * as /storage (LibreELEC.tv: packages/sysutils/busybox, /etc/hostname is a link to /storage/.cache/hostname).
 */
export async function storageOf(
  { linux }: SystemTrees,
  boot: BootFacts | null,
): Promise<PortraitFiles | null> {
  if (!boot?.names.has('system')) return null;
  for (const tree of linux) {
    if ((await tree.has('/.kodi')) || (await tree.has('/.cache'))) return tree;
  }
  return null;
}

async function libreElec(storage: PortraitFiles): Promise<SystemFacts> {
  const zoneText = await storage.text('/.cache/timezone');
  return {
    system: { ...plainLinux(null), kind: 'libreelec', name: 'LibreELEC' },
    hostname: cleanHostname(await storage.text('/.cache/hostname')),
    started: startedBy(await storage.text('/.cache/machine-id')),
    timeZone: zone(/^TIMEZONE=(\S+)/m.exec(zoneText ?? '')?.[1] ?? null),
  };
}

/** Partitions of Home Assistant OS are told by their labels (developers.home-assistant.io, "Partitioning"). */
export function homeAssistantParts(
  card: Card,
): { readonly overlay: number | null; readonly data: number | null } | null {
  const find = (label: string): number | null =>
    card.partitions.find((part) => part.label === label || part.name === label)?.index ?? null;
  const overlay = find('hassos-overlay');
  const data = find('hassos-data');
  return overlay === null && data === null ? null : { overlay, data };
}

async function homeAssistantFacts(
  { linux }: SystemTrees,
  parts: { readonly overlay: number | null; readonly data: number | null },
): Promise<SystemFacts> {
  const treeOf = (index: number | null) => linux.find(({ tree }) => tree.partition === index);
  const overlay = treeOf(parts.overlay);
  return {
    system: { ...plainLinux(null), kind: 'home-assistant-os', name: 'Home Assistant OS' },
    // etc-hostname.mount lays the overlay's file over the system's.
    hostname: cleanHostname((await overlay?.text('/etc/hostname')) ?? null),
    // Its supervisor makes this folder at the first start.
    started: (await treeOf(parts.data)?.has('/supervisor')) === true ? true : null,
    timeZone: null,
  };
}

/** The kernels that have modules here, newest name last. */
export async function kernelsOf(root: PortraitFiles): Promise<string[]> {
  const names = (await root.list('/lib/modules', 256)).map(({ name }) => name);
  return names
    .filter((name) => /^\d+\.\d+[\w.+~-]*$/.test(name) && name.length <= MAX_TEXT_LETTERS)
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .slice(-32);
}

/** In Debian's words, from the ELF header of a program that every system has (elf(5); ARM ELF specification, e_flags). */
export async function architectureOf(root: PortraitFiles): Promise<string | null> {
  const head = await root.head('/bin/sh', 64);
  if (
    !head ||
    head.length < 52 ||
    plainText(Buffer.from(head).toString('latin1', 1, 4), 3) !== 'ELF'
  ) {
    return null;
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const bits = head[4] === 2 ? 64 : 32;
  const machine = view.getUint16(18, true);
  if (machine === 40 && bits === 32) {
    const hardFloat = (view.getUint32(36, true) & 0x400) !== 0;
    return hardFloat ? 'armhf' : 'armel';
  }
  return elfMachines.get(`${machine}-${bits}`) ?? null;
}

const elfMachines: ReadonlyMap<string, string> = new Map([
  ['183-64', 'arm64'],
  ['62-64', 'amd64'],
  ['3-32', 'i386'],
  ['243-64', 'riscv64'],
]);
