/**
 * How the system of an image comes to use the rest of a larger card: by itself, by the way its release has for a first start,
 * or by a command on the Pi.
 *
 * What the releases do (raspi-config and raspberrypi-sys-mods, read in their repositories):
 * - Until Bullseye `init=/usr/lib/raspi-config/init_resize.sh` grows the partition and sets a new disk signature; the file system
 *   is grown by the service resize2fs_once, which removes itself the first time. On a card that has started once, only half of it
 *   would happen, so it is offered only while that service is still waiting.
 * - Late Bullseye and Bookworm: `init=/usr/lib/raspberrypi-sys-mods/firstboot` grows partition and file system, on any card, and
 *   takes its word out of cmdline.txt again. It also makes new SSH host keys and a new disk signature (fstab and cmdline.txt
 *   follow). That is safe, and said. Where its first half runs in the initramfs, that calls `resize2fs -f`, which must not meet
 *   a file system that was not unmounted.
 * - Trixie: the word `resize` grows the partition, sets a new disk signature, and leaves the file system to a service with
 *   ConditionFirstBoot. On a card that has started once, nothing would use the room: not offered.
 * - cloud-init (Ubuntu) runs growpart and resizefs at every start.
 */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import { type Card, type CardPartition, readCard } from './card.ts';
import { checkBoot } from './checks.ts';
import { isPiKeepError } from './errors.ts';
import type { ExtVolume } from './ext.ts';
import { editFatText } from './fat-edit.ts';
import { openFatReader } from './fat-reader.ts';
import { growAdvice, growMethods } from './growth-words.ts';
import type { Patch } from './restore-plan.ts';
import { windowOf } from './window.ts';

/** What a larger card means for the last partition. */
export interface Growth {
  /** Bytes of the card behind what the image uses. */
  readonly spareBytes: number;
  /** How the system on the image can take them on its first start; null when it cannot. */
  readonly method: string | null;
  /** For people: what that does, or which command on the Pi does it. */
  readonly advice: string;
}

export interface GrowthPlan {
  readonly method: string | null;
  readonly advice: string;
  /** The system does it whether it is asked to or not. */
  readonly byItself: boolean;
  /** What asks it to; empty where nothing has to be changed, or nothing can be done. */
  readonly patches: readonly Patch[];
}

const INIT_RESIZE = '/usr/lib/raspi-config/init_resize.sh';
const FIRSTBOOT = '/usr/lib/raspberrypi-sys-mods/firstboot';
const FIRSTBOOT_INITRAMFS = '/usr/share/initramfs-tools/scripts/local-premount/firstboot';
const MAX_SCRIPT_BYTES = 1024 * 1024;
/** The kernel of 32-bit systems takes 1024 (COMMAND_LINE_SIZE), and the firmware adds words of its own. */
const MAX_CMDLINE_BYTES = 640;

/** Reads files of the image. A stream, which cannot be read like that, gets advice only. Device errors pass through. */
export async function planGrowth(image: BlockDevice): Promise<GrowthPlan> {
  try {
    return await plan(image, await readCard(image));
  } catch (error) {
    if (!isPiKeepError(error, 'UNSUPPORTED')) throw error;
    return { method: null, advice: growAdvice.unread, byItself: false, patches: [] };
  }
}

interface Pi {
  readonly image: BlockDevice;
  readonly card: Card;
  readonly boot: CardPartition | null;
  readonly root: CardPartition;
  readonly system: ExtVolume;
  /** Empty where there is none. */
  readonly cmdline: string;
}

async function plan(image: BlockDevice, card: Card): Promise<GrowthPlan> {
  const root = await rootOf(card);
  const last = card.partitions.toSorted((a, b) => b.offset + b.bytes - a.offset - a.bytes)[0];
  if (!root?.ext || card.table.scheme === 'none' || root !== last) {
    return { method: null, advice: growAdvice.notLast(last ?? null), byItself: false, patches: [] };
  }
  const boot = await bootOf(card);
  const bytes = await boot?.fat?.readFile('cmdline.txt', MAX_CMDLINE_BYTES);
  const cmdline = bytes ? Buffer.from(bytes).toString('latin1') : '';
  const pi: Pi = { image, card, boot, root, system: root.ext, cmdline };
  const raspberry = await has(pi, '/etc/rpi-issue');
  const advice = growAdvice.command(card, root, raspberry);
  const own = await growsByItself(pi);
  if (own !== null) return { method: own, advice, byItself: true, patches: [] };
  const none = { method: null, advice, byItself: false, patches: [] };
  const offered = raspberry ? await offeredBy(pi) : null;
  if (!offered) return none;
  const patches = await addWord(pi, offered.word);
  if (patches)
    return { method: offered.method, advice: growAdvice.orLeave, byItself: false, patches };
  return { ...none, advice: `${growAdvice.noRoom} ${advice}` };
}

async function rootOf({ partitions }: Card): Promise<CardPartition | null> {
  for (const part of partitions) {
    if ((await part.ext?.readFile('/etc/os-release', MAX_SCRIPT_BYTES)) != null) return part;
  }
  return null;
}

async function bootOf({ partitions }: Card): Promise<CardPartition | null> {
  for (const part of partitions) {
    const names = (await part.fat?.rootNames()) ?? [];
    if (names.some((name) => name.toLowerCase() === 'cmdline.txt')) return part;
  }
  return null;
}

/** An image that was never started still has its growing ahead; cloud-init does it at every start. */
async function growsByItself(pi: Pi): Promise<string | null> {
  const words = pi.cmdline.trim().split(/\s+/);
  if (words.includes(`init=${FIRSTBOOT}`) && (await firstbootGrows(pi))) return growMethods.armed;
  if (words.includes(`init=${INIT_RESIZE}`) && (await resizeWaits(pi))) return growMethods.armed;
  if (words.includes('resize') && (await isFirstBoot(pi))) return growMethods.armed;
  return (await cloudInitGrows(pi)) ? growMethods.cloudInit : null;
}

/** The release's own way, where it is whole on a card that has started before. */
async function offeredBy(pi: Pi): Promise<{ word: string; method: string } | null> {
  const { card, boot, root, cmdline } = pi;
  // Both scripts look at a disk signature, and at the first and the second partition.
  const isUsual = card.table.scheme === 'mbr' && boot?.index === 1 && root.index === 2;
  if (!isUsual || /(^|\s)init=/.test(cmdline)) return null;
  const checks = await checkBoot(card);
  if (checks.some(({ name, ok }) => name === 'root partition' && !ok)) return null;
  if (await firstbootGrows(pi)) {
    return { word: `init=${FIRSTBOOT}`, method: growMethods.firstboot };
  }
  if ((await has(pi, INIT_RESIZE)) && (await resizeWaits(pi))) {
    return { word: `init=${INIT_RESIZE}`, method: growMethods.initResize };
  }
  return null;
}

/** The script grows the file system itself, or a part of it in the initramfs does. */
async function firstbootGrows(pi: Pi): Promise<boolean> {
  const script = await text(pi, FIRSTBOOT);
  if (script === null) return false;
  if (script.includes('resize2fs')) return true;
  const early = await text(pi, FIRSTBOOT_INITRAMFS);
  if (!early?.includes('resize2fs')) return false;
  const config = await pi.boot?.fat?.readFile('config.txt', MAX_SCRIPT_BYTES);
  const usesInitramfs = /^[ \t]*(auto_initramfs=1|initramfs\s)/m.test(
    Buffer.from(config ?? []).toString('latin1'),
  );
  const names = (await pi.boot?.fat?.rootNames()) ?? [];
  const { clean, needsRecovery } = pi.system.superblock;
  return usesInitramfs && names.some((name) => /^initramfs/i.test(name)) && clean && !needsRecovery;
}

/** The service that grows the file system after init_resize.sh; it removes itself when it has done so. */
async function resizeWaits(pi: Pi): Promise<boolean> {
  return (await text(pi, '/etc/rc3.d/S01resize2fs_once'))?.includes('resize2fs') ?? false;
}

/** As systemd judges it: machine-id(5), "first boot semantics". */
async function isFirstBoot(pi: Pi): Promise<boolean> {
  const id = (await text(pi, '/etc/machine-id'))?.trim() ?? '';
  return id === '' || id === 'uninitialized';
}

/** Its modules run at every start unless somebody turned them off; without a seed on the boot partition it may sleep. */
async function cloudInitGrows(pi: Pi): Promise<boolean> {
  const config = await text(pi, '/etc/cloud/cloud.cfg');
  if (config === null) return false;
  const runs = (module: string): boolean =>
    new RegExp(`^\\s*-\\s*\\[?\\s*${module}\\b`, 'm').test(config);
  if (!runs('growpart') || !runs('resizefs') || !(await has(pi, '/usr/bin/growpart'))) return false;
  for (const off of ['/etc/cloud/cloud-init.disabled', '/etc/growroot-disabled']) {
    if (await has(pi, off)) return false;
  }
  const names = (await pi.boot?.fat?.rootNames()) ?? [];
  return names.some((name) => name.toLowerCase() === 'meta-data');
}

/** One more word at the end of the one line of cmdline.txt; null where it does not go. */
async function addWord({ image, boot }: Pi, word: string): Promise<Patch[] | null> {
  if (!boot) return null;
  const volume = await openFatReader(windowOf(image, boot.offset, boot.bytes));
  if (!volume) return null;
  const changes = await editFatText(volume, 'cmdline.txt', (line) => withWord(line, word));
  const what = english`cmdline.txt, which asks the system to grow on its first start`;
  return changes?.map(({ offset, data }) => ({ offset: boot.offset + offset, data, what })) ?? null;
}

/** Null for what is not one line of plain words. */
function withWord(line: string, word: string): string | null {
  const parts = /^([\x20-\x7e]*[\x21-\x7e]) *(\r?\n)?$/.exec(line);
  if (!parts?.[1]) return null;
  const longer = `${parts[1]} ${word}${parts[2] ?? ''}`;
  return longer.length > MAX_CMDLINE_BYTES ? null : longer;
}

async function has({ system }: Pi, path: string): Promise<boolean> {
  return (await system.readFile(path, MAX_SCRIPT_BYTES)) !== null;
}

async function text({ system }: Pi, path: string): Promise<string | null> {
  const bytes = await system.readFile(path, MAX_SCRIPT_BYTES);
  return bytes && Buffer.from(bytes).toString('latin1');
}
