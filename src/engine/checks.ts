/**
 * Would a Pi boot from this? The few checks of every backup, each with its result in words; `health-card.ts` has all of them.
 * They never change a verdict on the copy.
 */

import { english } from '../language/english.ts';
import type { Card, CardPartition } from './card.ts';
import { piBootFiles } from './pi-card.ts';
import { findVolume, parseSpec, shownText } from './volume-spec.ts';

export interface Check {
  readonly name:
    | 'partition table'
    | 'boot files'
    | 'root file system'
    | 'root partition'
    /** Only where it was asked for: the card was read twice. */
    | 'second reading';
  readonly ok: boolean;
  readonly detail: string;
}

/** The boot checks of a Pi card; for anything else only the partition table. */
export async function checkBoot(card: Card): Promise<Check[]> {
  const table: Check = {
    name: 'partition table',
    ok: card.table.problems.length === 0,
    detail: card.table.problems.join(' ') || tableWords(card),
  };
  if (card.pi !== 'yes') return [table];
  const boot = await bootPartition(card.partitions);
  const names = (await boot?.fat?.rootNames()) ?? [];
  return [table, checkBootFiles(names), checkRoot(card), await checkRootParameter(card, boot)];
}

function tableWords({ table, partitions }: Card): string {
  if (table.scheme === 'none') return english`none on this disk`;
  const name = table.scheme.toUpperCase();
  return partitions.length === 1
    ? english`${name}, 1 partition`
    : english`${name}, ${partitions.length} partitions`;
}

async function bootPartition(partitions: readonly CardPartition[]): Promise<CardPartition | null> {
  for (const part of partitions) {
    if (part.fat && piBootFiles(await part.fat.rootNames()).length > 0) return part;
  }
  return null;
}

/** A kernel has to be there. Firmware too, except for the Pi 5, which carries its own. */
function checkBootFiles(names: readonly string[]): Check {
  const kernels = names.filter((name) => /^(kernel[^/]*\.img|vmlinuz.*)$/i.test(name));
  const firmware = names.filter((name) => /^(bootcode\.bin|start.*\.elf)$/i.test(name));
  const found = kernels.join(', ');
  const detail =
    kernels.length === 0
      ? english`no kernel on the boot partition`
      : firmware.length > 0
        ? english`${found}; firmware ${firmware.join(', ')}`
        : english`${found}; no firmware files: only a Pi 5 starts from it`;
  return { name: 'boot files', ok: kernels.length > 0, detail };
}

function checkRoot(card: Card): Check {
  const root = card.partitions.find((part) => part.ext !== null);
  const superblock = root?.ext?.superblock;
  if (!root || !superblock) {
    return { name: 'root file system', ok: false, detail: english`no ext file system was found` };
  }
  const size = superblock.blocks * superblock.blockBytes;
  if (size > root.bytes) {
    return {
      name: 'root file system',
      ok: false,
      detail: english`it is ${size - root.bytes} bytes longer than its partition`,
    };
  }
  const detail = superblock.needsRecovery
    ? english`was in use when the card was pulled; the Pi replays its journal when it starts`
    : superblock.clean
      ? english`cleanly shut down`
      : english`marked as not clean; the Pi checks it when it starts`;
  return { name: 'root file system', ok: superblock.clean || superblock.needsRecovery, detail };
}

/** `root=PARTUUID=` in cmdline.txt has to name a partition that exists (the classic reason why a clone does not boot). */
async function checkRootParameter(card: Card, boot: CardPartition | null): Promise<Check> {
  const name = 'root partition';
  const bytes = await boot?.fat?.readFile('cmdline.txt', 64 * 1024);
  if (!bytes) return { name, ok: true, detail: english`no cmdline.txt to compare with` };
  const line = new TextDecoder().decode(bytes);
  const root = /(?:^|\s)root=(\S+)/.exec(line)?.[1];
  if (root === undefined) return { name, ok: true, detail: english`cmdline.txt names no root` };
  const spec = parseSpec(root);
  const shown = shownText(root);
  if (!spec) return { name, ok: true, detail: english`root=${shown} can only be judged by the Pi` };
  const found = findVolume(card.partitions, spec);
  if (!found)
    return {
      name,
      ok: false,
      detail: english`cmdline.txt names root=${shown}, which is not on this card`,
    };
  return { name, ok: true, detail: english`root=${shown} is partition ${found.index}` };
}
