/** Is it a Raspberry Pi's card? At a glance from what the system shows, and in full from its boot files. */

import type { Disk, DiskPartition } from './disk.ts';

export interface Glance {
  /** "yes": boot files were seen. "likely": the layout is that of a Pi card. */
  readonly pi: 'yes' | 'likely' | 'no';
  /** What to call the disk before it is opened. */
  readonly title: string;
  /** What speaks for or against it, in words. */
  readonly evidence: readonly string[];
}

/** Labels that images for the Pi give their boot partition: Raspberry Pi OS (old and new), Ubuntu, LibreELEC, HAOS, RetroPie. */
const bootLabels = [
  'bootfs',
  'boot',
  'system-boot',
  'libreelec',
  'hassos-boot',
  'recovery',
  'raspifirm',
];

/** Judges without touching the card (a look would raise the privacy prompt unasked). MBR and GPT; a FAT partition followed by a Linux one. */
export function glance(disk: Disk): Glance {
  if (disk.unfinished !== undefined) {
    const evidence = unfinishedEvidence(disk.unfinished);
    return { pi: 'no', title: unfinishedTitle, evidence };
  }
  const layout = layoutOf(disk.partitions);
  const plainTitle = disk.partitions.find((part) => part.label)?.label ?? disk.mediaName ?? disk.id;
  if (!layout)
    return { pi: 'no', title: plainTitle, evidence: ['no FAT partition followed by a Linux one'] };
  const { boot } = layout;
  const hasBootLabel = bootLabels.includes((boot.label ?? '').toLowerCase());
  const evidence = [
    `partition ${boot.index} is FAT${boot.label ? ` labelled ${boot.label}` : ''}`,
    'a Linux partition follows',
  ];
  if (disk.bootFiles !== null) {
    const found = piBootFiles(disk.bootFiles);
    if (found.length === 0) {
      return {
        pi: 'no',
        title: plainTitle,
        evidence: [...evidence, 'no Raspberry Pi boot files on it'],
      };
    }
    return {
      pi: 'yes',
      title: piTitle,
      evidence: [...evidence, `boot files: ${found.join(', ')}`],
    };
  }
  // Any Linux installed for a PC has an EFI partition before its root: under GPT the label has to say more.
  if (boot.kind !== 'fat' && !hasBootLabel) {
    return { pi: 'no', title: plainTitle, evidence: [...evidence, 'laid out like a PC'] };
  }
  return { pi: 'likely', title: piTitle, evidence };
}

/** What a card is called until its hostname is known. */
export const piTitle = 'Raspberry Pi card';

/** What a card is called that carries the mark of `unfinished.ts`. */
export const unfinishedTitle = 'Unfinished restore';

/** Why such a card is not taken for a Pi's, whatever else is on it. */
export function unfinishedEvidence(image: string): readonly string[] {
  return [`the mark of an unfinished restore of ${image}`];
}

/** Names among the root files of a boot partition that only a Raspberry Pi's has; empty when it is not one. */
export function piBootFiles(names: readonly string[]): string[] {
  const lower = names.map((name) => name.toLowerCase());
  const hasConfig = lower.includes('config.txt');
  const telling = names.filter((name) =>
    /^(cmdline\.txt|bootcode\.bin|start(_cd|_db|_x|4|4cd|4db|4x)?\.elf|kernel[^/]*\.img|bcm27\d\d.*\.dtb)$/i.test(
      name,
    ),
  );
  // NOOBS and PINN keep only the firmware in the first partition, without a config.txt.
  const hasFirmware =
    lower.includes('bootcode.bin') && lower.some((name) => name.startsWith('recovery'));
  if (hasConfig && telling.length > 0) return ['config.txt', ...telling];
  return hasFirmware ? telling : [];
}

function layoutOf(partitions: readonly DiskPartition[]): { boot: DiskPartition } | null {
  const real = partitions.filter((part) => part.kind !== 'extended');
  const first = real[0];
  if (!first || !['fat', 'efi-system', 'microsoft-basic-data'].includes(first.kind)) return null;
  const linuxFollows = real.slice(1).some((part) => part.kind === 'linux');
  return linuxFollows ? { boot: first } : null;
}
