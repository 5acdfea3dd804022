/** Which Pis a card has device trees for, and what they would miss. Chips, kernels and firmware are those of `pi-models.ts`. */

import { english } from '../language/english.ts';
import type { Finding } from './health.ts';
import { type PiFamily, piFamilies } from './pi-models.ts';

export interface ModelFiles {
  /** Names on the boot partition. */
  readonly names: readonly string[];
  /** config.txt names a kernel (firmware, device tree) that is there. */
  readonly namesKernel: boolean;
  readonly namesFirmware: boolean;
  readonly namesTree: boolean;
}

const NEXT = english`Restore an older backup, or copy the file from a card with the same system; on a Pi that starts, “sudo apt install --reinstall” of the firmware’s or kernel’s package brings it back.`;

/** Kernels that only one kind of chip starts, so that its device trees belong to them. */
const tellingKernels: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^kernel7l\.img$/, /^bcm2711/, 'Raspberry Pi 4'],
  [/^kernel7\.img$/, /^bcm27(09|10)/, english`Raspberry Pi 2 and 3`],
  [/^kernel_2712\.img$/, /^bcm2712/, 'Raspberry Pi 5'],
];

export function missingForModels(files: ModelFiles): Finding[] {
  const names = files.names.map((name) => name.toLowerCase());
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const fail = (detail: string): Finding => ({ state: 'fail', detail, next: NEXT });
  if (!files.namesKernel && !has(/^(kernel[^/]*\.img|vmlinuz.*)$/)) {
    return [fail(english`There is no kernel on the boot partition, so no Pi would start from it.`)];
  }
  const findings = [...missingByTrees(files, has), ...missingTrees(files, has)].map(fail);
  if (findings.length > 0) return findings;
  const anyFirmware = files.namesFirmware || has(/^(bootcode\.bin|start.*\.elf)$/);
  if (anyFirmware || has(/^bcm2712.*\.dtb$/)) return [];
  const detail = english`There is no firmware (bootcode.bin, start*.elf) on the boot partition: only a Pi 5 or newer starts without.`;
  return [{ state: 'remark', detail, next: NEXT }];
}

/** Families whose device tree is there, but not what goes with it. */
function missingByTrees(files: ModelFiles, has: (pattern: RegExp) => boolean): string[] {
  const missing = new Map<string, string[]>();
  for (const family of piFamilies) {
    if (!has(family.trees)) continue;
    const lacks = [
      ...(files.namesKernel || has(family.kernels) ? [] : ['kernel']),
      ...(files.namesFirmware ? [] : family.firmware.filter((one) => !has(one)).map(firmwareName)),
    ];
    for (const what of lacks) missing.set(what, [...(missing.get(what) ?? []), family.name]);
  }
  return [...missing].map(([what, names]) =>
    what === 'kernel'
      ? english`The boot partition has no kernel for ${names.join(', ')}, so such a Pi would not start.`
      : english`The boot partition has no ${what} for ${names.join(', ')}, so such a Pi would not start.`,
  );
}

function firmwareName(pattern: RegExp): string {
  const { source } = pattern;
  if (source.startsWith('^bootcode')) return 'bootcode.bin';
  return source.startsWith('^start4') ? 'start4.elf' : 'start.elf';
}

function missingTrees({ namesTree }: ModelFiles, has: (pattern: RegExp) => boolean): string[] {
  if (namesTree) return [];
  const without = (name: string): string =>
    english`The boot partition has no device tree (.dtb) for the ${name}, so such a Pi would not start.`;
  const anyTree = has(/\.dtb$/);
  if (!anyTree) {
    // Linux for 64 bits starts on no Pi without one; the oldest kernels of the Pi 1 did.
    const needs = has(/^kernel(7|7l|8|_2712)\.img$/);
    return needs
      ? [english`The boot partition has no device trees (.dtb), so no Pi would start from it.`]
      : [];
  }
  const byKernel = tellingKernels
    .filter(([kernel, tree]) => has(kernel) && !has(tree))
    .map(([, , name]) => name);
  const byOthers = piFamilies
    .filter((family) => isFirstOfItsChip(family) && !has(family.trees))
    .filter((family) => siblingsOf(family).some(({ trees }) => has(trees)))
    .map(({ name }) => name);
  return [...new Set([...byKernel, ...byOthers])].map(without);
}

/** Trees of a chip's later models come with that of the first, never alone. */
function isFirstOfItsChip({ name }: PiFamily): boolean {
  return /^Raspberry Pi [1345]$/.test(name);
}

/** Those that start the same way; not the Pi 2, which has a tree without the Pi 3 having to have one. */
function siblingsOf(family: PiFamily): readonly PiFamily[] {
  return piFamilies.filter(
    (other) =>
      other !== family &&
      other.kernels === family.kernels &&
      !other.name.startsWith('Raspberry Pi 2'),
  );
}
