/** Asks lsblk, and accepts of its answer only what has the expected form. */

import * as v from 'valibot';
import { PiKeepError } from '../../engine/errors.ts';
import { run } from '../run.ts';

/** Which program, and in what surroundings; a process that runs as root names both. */
export interface Lsblk {
  readonly program: string;
  readonly env?: NodeJS.ProcessEnv;
  /** False: nobody looks inside a disk, also where lsblk knows nothing of it. A process that runs as root parses no cards. */
  readonly mayLookInside?: boolean;
}

export interface BlockNode {
  /** "sdb", "sdb1", "dm-0": the kernel's name, which is also the folder in /sys/class/block. */
  readonly kname: string;
  readonly path: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly sectorBytes: number;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly hotplug: boolean;
  readonly transport: string | null;
  readonly model: string | null;
  readonly vendor: string | null;
  readonly tableType: string | null;
  readonly tableId: string | null;
  /** "0xc", or the GUID of a GPT type. */
  readonly partitionType: string | null;
  readonly partitionLabel: string | null;
  readonly fileSystem: string | null;
  readonly label: string | null;
  readonly uuid: string | null;
  readonly mountPoints: readonly string[];
  readonly children: readonly BlockNode[];
}

/** Without NAME lsblk prints a list instead of a tree (man lsblk, --tree). */
const COLUMNS = [
  ...[
    'NAME',
    'KNAME',
    'PATH',
    'TYPE',
    'SIZE',
    'LOG-SEC',
    'RM',
    'RO',
    'HOTPLUG',
    'TRAN',
    'MODEL',
    'VENDOR',
  ],
  ...['PTTYPE', 'PTUUID', 'PARTTYPE', 'PARTLABEL', 'FSTYPE', 'LABEL', 'UUID'],
];
/** Deeper than any stack of LUKS on LVM on RAID. */
const MAX_DEPTH = 16;
const TIME_LIMIT_MS = 20_000;

/** Before 2.33 lsblk wrote every value as a string. */
const number = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))]),
  v.safeInteger(),
  v.minValue(0),
);
const flag = v.union([
  v.boolean(),
  v.pipe(
    v.picklist(['0', '1']),
    v.transform((text) => text === '1'),
  ),
]);
const text = v.nullish(v.pipe(v.string(), v.maxLength(4096)), null);
/** The kernel writes a slash in a name as "!" ("cciss!c0d0"). */
const kname = v.pipe(v.string(), v.regex(/^[A-Za-z0-9!._-]{1,64}$/));

const nodeSchema = v.object({
  kname,
  path: v.pipe(v.string(), v.startsWith('/'), v.maxLength(4096)),
  type: v.pipe(v.string(), v.maxLength(64)),
  size: v.nullish(number, 0),
  'log-sec': v.nullish(number, 512),
  rm: v.nullish(flag, false),
  ro: v.nullish(flag, false),
  hotplug: v.nullish(flag, false),
  tran: text,
  model: text,
  vendor: text,
  pttype: text,
  ptuuid: text,
  parttype: text,
  partlabel: text,
  fstype: text,
  label: text,
  uuid: text,
  mountpoints: v.optional(v.array(text)),
  mountpoint: text,
  children: v.optional(v.array(v.unknown())),
});

const answerSchema = v.object({ blockdevices: v.array(v.unknown()) });

/** Every device at the top of a tree, with what lies on it. Throws TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
export async function askLsblk(lsblk: Lsblk, signal?: AbortSignal): Promise<readonly BlockNode[]> {
  // MOUNTPOINTS came with util-linux 2.37; before, one of several mount points was all there was to see.
  for (const mounts of ['MOUNTPOINTS', 'MOUNTPOINT']) {
    const columns = [...COLUMNS, mounts].join(',');
    const { status, stdout, stderr } = await run(
      lsblk.program,
      ['--json', '--bytes', '--output', columns],
      {
        signal,
        timeoutMs: TIME_LIMIT_MS,
        env: { ...(lsblk.env ?? process.env), LC_ALL: 'C.UTF-8' },
      },
    );
    // 32 and 64: none or some of the devices could be found (man lsblk); what it has it prints.
    if (stdout.trim() !== '') return parseLsblk(stdout);
    if (status === 0) return [];
    if (/unknown column/.test(stderr)) continue;
    throw failed(stderr.trim() || `ended with status ${status}`);
  }
  throw failed('it is too old: it does not know the column MOUNTPOINT');
}

/**
 * A disk of an unexpected form is left out whole, because a part that was not understood could be the one in use; the other
 * disks stay.
 */
export function parseLsblk(json: string): readonly BlockNode[] {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw failed('no JSON', error);
  }
  const answer = v.safeParse(answerSchema, data);
  if (!answer.success) throw failed('an answer of another form');
  return answer.output.blockdevices.flatMap((device) => parseNode(device, 0) ?? []);
}

function parseNode(data: unknown, depth: number): BlockNode | null {
  const parsed = v.safeParse(nodeSchema, data);
  if (!parsed.success || depth > MAX_DEPTH) return null;
  const node = parsed.output;
  const children = (node.children ?? []).map((child) => parseNode(child, depth + 1));
  if (!children.every((child) => child !== null)) return null;
  const points = node.mountpoints ?? [node.mountpoint];
  return {
    kname: node.kname,
    path: node.path,
    type: node.type,
    size: node.size,
    sectorBytes: node['log-sec'],
    removable: node.rm,
    readOnly: node.ro,
    hotplug: node.hotplug,
    transport: node.tran,
    model: node.model,
    vendor: node.vendor,
    tableType: node.pttype,
    tableId: node.ptuuid,
    partitionType: node.parttype,
    partitionLabel: node.partlabel,
    fileSystem: node.fstype,
    label: node.label,
    uuid: node.uuid,
    mountPoints: points.filter((point) => point !== null),
    children,
  };
}

function failed(detail: string, cause?: unknown): PiKeepError {
  return new PiKeepError('TOOL_FAILED', { tool: 'lsblk', detail }, { cause });
}
