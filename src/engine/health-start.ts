/**
 * cmdline.txt and fstab: does what they name exist? The classic reason why a copy does not start is a new disk signature
 * under old PARTUUIDs. Sources: Linux Documentation/admin-guide/kernel-parameters.txt, fstab(5), systemd.mount(5).
 */

import { english } from '../language/english.ts';
import type { BootPartition } from './boot-partition.ts';
import type { Card, CardPartition } from './card.ts';
import type { FileTree } from './file-tree.ts';
import { checkOf, type Finding, type HealthCheck } from './health.ts';
import { readSmallText } from './small-text.ts';
import { findVolume, fitsType, parseSpec, shownText, type VolumeSpec } from './volume-spec.ts';

interface Start {
  readonly check: HealthCheck;
  /** The partition of the system, where cmdline.txt leads to one. */
  readonly root: CardPartition | null;
}

/** Twice what Linux takes: COMMAND_LINE_SIZE of arm64. */
const MAX_LINE = 4096;

/** cmdline.txt: one line, and a root that exists. */
export async function checkCommandLine(boot: BootPartition, card: Card): Promise<Start> {
  const { tree, signal, index } = boot;
  const name = commandLineName(boot);
  const read = await readSmallText(tree, `/${name}`, signal);
  const findings: Finding[] = [];
  let root: CardPartition | null = null;
  let fine = english`There is no cmdline.txt to look at.`;
  if (read.kind === 'unusable') {
    const detail = english`${name} on the boot partition cannot be used, because ${read.why}, so a Pi would not start from this.`;
    findings.push({
      state: 'fail',
      detail,
      next: english`Write ${name} anew; any computer can edit it.`,
    });
  }
  if (read.kind === 'missing' && hasSystem(card)) {
    const detail = english`There is no ${name} on the boot partition, so the Pi does not know where its system is.`;
    findings.push({
      state: 'fail',
      detail,
      next: english`Copy it from a card with the same system.`,
    });
  }
  if (read.kind === 'text') {
    const lines = read.text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > 1) {
      const detail = english`${name} has ${lines.length} lines, and a Pi reads only the first.`;
      findings.push({
        state: 'remark',
        detail,
        next: english`Put everything in ${name} on one line.`,
      });
    }
    const judged = judgeLine((lines[0] ?? '').slice(0, MAX_LINE), name, boot, card);
    findings.push(...judged.findings);
    ({ root } = judged);
    fine = judged.fine;
  }
  return { check: checkOf('command line', fine, findings, index), root };
}

/** `cmdline=` in config.txt names another file; as this is about its name only, it has to be a plain one. */
function commandLineName(boot: BootPartition): string {
  const named = boot.setting('cmdline') ?? '';
  return /^[\w./-]{1,64}$/.test(named) && !named.includes('..') ? named : 'cmdline.txt';
}

function judgeLine(line: string, name: string, boot: BootPartition, card: Card) {
  const value = (key: string): string | undefined =>
    new RegExp(`(?:^|\\s)${key}=("[^"]*"|\\S+)`).exec(line)?.[1];
  const findings: Finding[] = [];
  let root: CardPartition | null = null;
  let fine = english`${name} leaves it to the Pi where its system is.`;
  // LibreELEC names its two partitions with words of its own.
  for (const key of ['root', 'boot', 'disk']) {
    const text = value(key);
    const spec = text === undefined ? null : parseSpec(text);
    if (!spec) continue;
    const part = findVolume(card.partitions, spec);
    if (!part) {
      findings.push({ state: 'fail', ...missingWords(name, spec, card) });
      continue;
    }
    if (key === 'boot') {
      if (part.index === boot.index) findings.push(...missingSystem(value('SYSTEM_IMAGE'), boot));
      continue;
    }
    root = part;
    fine = english`${name} leads to partition ${part.index} (${key}=${spec.shown}).`;
    const wrong = wrongSystem(name, key === 'root' ? value('rootfstype') : undefined, part);
    if (wrong) findings.push(wrong);
  }
  const namesNone = ['root', 'boot', 'disk'].every((key) => value(key) === undefined);
  if (namesNone && hasSystem(card) && !boot.names.some((one) => /^u-boot|^recovery/i.test(one))) {
    const detail = english`${name} does not say where the system is (root=), so a Pi would not start from this.`;
    findings.push({ state: 'fail', detail, next: adviceFor(card) });
  }
  return { findings, root, fine };
}

function missingWords(name: string, spec: VolumeSpec, card: Card) {
  const detail = english`This Pi would not start: ${name} asks for ${spec.shown}, which no partition has.`;
  return { detail, next: adviceFor(card) };
}

/** LibreELEC's root is a file beside its kernel: "SYSTEM", or what `SYSTEM_IMAGE=` names (LibreELEC.tv, busybox/scripts/init). */
function missingSystem(named: string | undefined, { names }: BootPartition): Finding[] {
  const name = named ?? 'SYSTEM';
  // In a folder, nobody looks for it here.
  if (name.includes('/') || names.some((one) => one.toLowerCase() === name.toLowerCase()))
    return [];
  const detail = english`There is no ${shownText(name)} on the boot partition, which holds the system, so this Pi would not start.`;
  return [{ state: 'fail', detail, next: english`Copy it from a card with the same system.` }];
}

/** What to write instead: the system's own partition. */
function adviceFor({ partitions }: Card): string {
  const system = partitions.find(({ ext }) => ext !== null);
  const own = system?.partUuid ?? null;
  return own === null
    ? english`Put the PARTUUID of the system’s partition into cmdline.txt (and /etc/fstab); “lsblk -o NAME,PARTUUID” shows it.`
    : english`Put root=PARTUUID=${own} into cmdline.txt on the boot partition, and change /etc/fstab alike; or give the card its old disk signature again.`;
}

function wrongSystem(name: string, type: string | undefined, part: CardPartition): Finding | null {
  const next = english`Restore an older backup; this partition does not hold what the Pi looks for.`;
  const { index, fileSystem } = part;
  if (fileSystem === null) {
    const detail = english`The system should be on partition ${index} (${name}), but no file system can be read there.`;
    return { state: 'fail', detail, next };
  }
  if (type === undefined || fitsType(type, fileSystem)) return null;
  const detail = english`${name} says that the system is ${shownText(type, 20)}, but partition ${index} is ${fileSystem}.`;
  return { state: 'fail', detail, next: english`Correct rootfstype= in cmdline.txt.` };
}

/** A Linux that keeps its settings on an ext file system was found. */
function hasSystem({ hostname, os }: Card): boolean {
  return hostname !== null || os !== null;
}

const MAX_MOUNTS = 1000;

/** /etc/fstab of the system; null where there is none. */
export async function checkMounts(
  trees: readonly FileTree[],
  card: Card,
  root: CardPartition | null,
  signal?: AbortSignal,
): Promise<HealthCheck | null> {
  const systems = trees.filter(({ fileSystem }) => fileSystem.startsWith('ext'));
  const own = systems.filter(({ partition }) => root === null || partition === root.index);
  for (const tree of own) {
    const read = await readSmallText(tree, '/etc/fstab', signal);
    if (read.kind === 'missing') continue;
    if (read.kind === 'unusable') {
      const detail = english`/etc/fstab cannot be used, because ${read.why}.`;
      const next = english`Restore an older backup, or write /etc/fstab anew.`;
      return checkOf('mounts', '', [{ state: 'fail', detail, next }], tree.partition);
    }
    const findings = read.text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .slice(0, MAX_MOUNTS)
      .flatMap((line) => judgeMount(line, card));
    return checkOf(
      'mounts',
      english`Everything that /etc/fstab mounts is there.`,
      findings,
      tree.partition,
    );
  }
  return null;
}

function judgeMount(line: string, card: Card): Finding[] {
  const [device = '', place = '', type = 'auto', options = ''] = line.slice(0, 1024).split(/\s+/);
  const spec = parseSpec(device);
  if (!spec) return [];
  const isOwn = place === '/' || /^\/boot(\/|$)/.test(place);
  const part = findVolume(card.partitions, spec);
  const where = shownText(place, 40);
  const next = english`Correct the line for ${where} in /etc/fstab: “lsblk -o NAME,PARTUUID,UUID,LABEL” on the Pi shows what its partitions are called.`;
  if (part) {
    if (part.fileSystem === null || fitsType(type, part.fileSystem)) return [];
    const detail = english`/etc/fstab mounts ${where} as ${shownText(type, 20)}, but partition ${part.index} is ${part.fileSystem}.`;
    return [{ state: isOwn ? 'fail' : 'remark', detail, next }];
  }
  // A disk of its own may be plugged in; without "nofail" the Pi waits for it and then stops.
  if (!isOwn && (/(^|,)(nofail|noauto)(,|$)/.test(options) || type === 'swap')) return [];
  const asks = english`/etc/fstab asks for ${spec.shown} on ${where}`;
  return isOwn
    ? [
        {
          state: 'fail',
          detail: english`This Pi would not start properly: ${asks}, which no partition has.`,
          next,
        },
      ]
    : [
        {
          state: 'remark',
          detail: english`${asks}, which is not on this card: unless it is a disk of its own, the Pi stops while it starts.`,
          next,
        },
      ];
}
