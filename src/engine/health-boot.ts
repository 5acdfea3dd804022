/**
 * Boot files and config.txt: is everything there that a Pi's firmware asks for? Which files belong to which model is in
 * `pi-models.ts`; how config.txt names them, in raspberrypi.com's documentation ("config.txt", "Device Tree overlays").
 */

import { english } from '../language/english.ts';
import type { BootPartition } from './boot-partition.ts';
import type { ConfigEntry } from './config-txt.ts';
import { checkOf, type Finding, type HealthCheck } from './health.ts';
import { missingForModels } from './health-models.ts';
import { shownText } from './volume-spec.ts';

const RESTORE_IT = english`Restore an older backup, or copy the file from a card with the same system; on the Pi, “sudo apt install --reinstall raspi-firmware” and the kernel’s package bring it back.`;
const EDIT_CONFIG = english`Put the file back on the boot partition, or take the line out of config.txt; any computer can edit it.`;

/** What the firmware needs before Linux runs. */
export async function checkBootFiles(boot: BootPartition): Promise<HealthCheck> {
  const entries = boot.config;
  const named = await namedKernels(boot, entries);
  const findings: Finding[] = missingForModels({
    names: boot.names,
    namesKernel: named.length > 0,
    namesFirmware: await namesAny(boot, entries, 'start_file'),
    namesTree: await namesAny(boot, entries, 'device_tree'),
  });
  const needed = boot.names.filter(isNeeded);
  for (const name of [...new Set([...needed, ...named])]) {
    const why = await boot.unreadableWhy(`/${name}`);
    if (why === null) continue;
    const detail = english`${shownText(name)} on the boot partition is damaged (${why}), so a Pi that needs it does not start.`;
    findings.push({ state: 'fail', detail, next: RESTORE_IT });
  }
  const kernels = [...new Set([...named, ...boot.names.filter(isKernel)])];
  const fine = english`Kernel and firmware are there (${shownText(kernels.join(', '), 200)}).`;
  return checkOf('boot files', fine, findings, boot.index);
}

/** A file that some Pi starts from: kernel, firmware, device tree. */
export function isNeeded(name: string): boolean {
  return (
    isKernel(name) ||
    /^(bootcode\.bin|start[^/]*\.elf|fixup[^/]*\.dat|bcm27[^/]*\.dtb)$/i.test(name)
  );
}

function isKernel(name: string): boolean {
  return /^(kernel[^/]*\.img|vmlinuz[^/]*)$/i.test(name);
}

async function namedKernels(
  boot: BootPartition,
  entries: readonly ConfigEntry[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { value } of entries.filter(({ key, value }) => key === 'kernel' && value !== '')) {
    const path = await pathOf(boot, value);
    if (path !== null) found.push(path.slice(1));
  }
  return found;
}

async function namesAny(boot: BootPartition, entries: readonly ConfigEntry[], wanted: string) {
  for (const { key, value } of entries) {
    if (key === wanted && value !== '' && (await pathOf(boot, value)) !== null) return true;
  }
  return false;
}

/** Every file that config.txt names. */
export async function checkBootSettings(boot: BootPartition): Promise<HealthCheck> {
  const findings: Finding[] = [];
  if (boot.configTrouble !== null) {
    findings.push({
      state: 'remark',
      detail: english`config.txt cannot be used, because ${boot.configTrouble}.`,
      next: english`Look at config.txt on the boot partition; a Pi starts without one, with its defaults.`,
    });
  }
  for (const entry of boot.config) {
    if (findings.length >= MAX_FINDINGS) break;
    const finding = await missingFile(boot, entry);
    if (finding) findings.push(finding);
  }
  return checkOf(
    'boot settings',
    english`Every file that config.txt names is there.`,
    findings,
    boot.index,
  );
}

const MAX_FINDINGS = 100;

/** Keys whose values are files, and how bad it is when they are not there. */
const fileKeys: Readonly<Record<string, Finding['state']>> = {
  kernel: 'fail',
  initramfs: 'fail',
  ramfsfile: 'fail',
  device_tree: 'fail',
  start_file: 'fail',
  fixup_file: 'fail',
  cmdline: 'fail',
  include: 'remark',
};

async function missingFile(boot: BootPartition, entry: ConfigEntry): Promise<Finding | null> {
  const { key, value, when } = entry;
  if (Array.isArray(when) && !hasTreesOf(boot, when)) return null;
  if (key === 'dtoverlay') return missingOverlay(boot, value);
  const state = Object.hasOwn(fileKeys, key) ? fileKeys[key] : undefined;
  if (state === undefined || value === '') return null;
  for (const name of namesIn(key, value)) {
    if ((await pathOf(boot, name)) !== null) continue;
    const what = english`config.txt names ${shownText(name)} (${key}), which is not on the boot partition`;
    return when === 'always' || Array.isArray(when)
      ? {
          state,
          detail:
            state === 'fail' ? english`${what}, so this Pi would not start.` : english`${what}.`,
          next: EDIT_CONFIG,
        }
      : {
          state: 'remark',
          detail: english`${what}; a Pi asks for it only in some cases.`,
          next: EDIT_CONFIG,
        };
  }
  return null;
}

/** "initramfs initrd.img,more.img followkernel" names two. */
function namesIn(key: string, value: string): string[] {
  if (key !== 'initramfs' && key !== 'ramfsfile') return [value];
  return (value.split(/\s/)[0] ?? '')
    .split(',')
    .filter((name) => name !== '')
    .slice(0, 16);
}

/** On a card without any device tree nobody knows which Pis it is for. */
function hasTreesOf(boot: BootPartition, starts: readonly string[]): boolean {
  const trees = boot.names
    .map((name) => name.toLowerCase())
    .filter((name) => name.endsWith('.dtb'));
  return trees.length === 0 || trees.some((name) => starts.some((start) => name.startsWith(start)));
}

/** An overlay that is missing is passed over by the firmware: the Pi starts, without what the overlay is for. */
async function missingOverlay(boot: BootPartition, value: string): Promise<Finding | null> {
  const name = value.split(/[,:]/)[0]?.trim() ?? '';
  if (name === '') return null;
  const folder = boot.setting('overlay_prefix') ?? 'overlays/';
  const places = [`${name}.dtbo`, `${name}-overlay.dtb`, name].map((file) => folder + file);
  for (const place of places) if ((await pathOf(boot, place)) !== null) return null;
  const map = await boot.bytes(`/${folder}overlay_map.dtb`);
  if (map && namesNode(map, name)) return null;
  const detail = english`config.txt asks for the overlay ${shownText(name)}, which is not in ${shownText(folder)}; a Pi starts without what it is for.`;
  return { state: 'remark', detail, next: EDIT_CONFIG };
}

/** Whether a flattened device tree has a node of that name (FDT_BEGIN_NODE, Devicetree specification 5.4). */
function namesNode(tree: Uint8Array, name: string): boolean {
  return Buffer.from(tree).includes(Buffer.from(`\0\0\0\x01${name}\0`, 'latin1'));
}

/** Where a named file is: below `os_prefix`, else where it stands; null when it is in neither place. */
async function pathOf(boot: BootPartition, name: string): Promise<string | null> {
  const clean = name.replace(/^\/+/, '');
  const prefix = boot.setting('os_prefix')?.replace(/^\/+/, '') ?? '';
  for (const path of prefix === '' ? [clean] : [prefix + clean, clean]) {
    if (await boot.has(path)) return `/${path}`;
  }
  return null;
}
