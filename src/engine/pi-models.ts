/**
 * Which Raspberry Pis a boot partition has every file for. Sources: raspberrypi.com documentation, "Boot folder contents"
 * (which firmware, kernel and device tree belong to which model) and "config.txt" (`kernel`, `os_prefix`); the names of the
 * device trees from the folder boot/ of github.com/raspberrypi/firmware; that firmware falls back to kernel.img:
 * raspberrypi/firmware issue 568, and LibreELEC's cards, which have no other.
 */

export interface PiFamily {
  /** "Raspberry Pi 4", "Raspberry Pi Zero 2 W", "Compute Module 4". */
  readonly name: string;
  /** Device trees of its models: any of them is enough. */
  readonly trees: RegExp;
  /** Each has to be there in one form. The Pi 5 carries its firmware itself. */
  readonly firmware: readonly RegExp[];
  /** Kernels that are started where config.txt names none: any of them is enough. */
  readonly kernels: RegExp;
}

const bootcode = /^bootcode\.bin$/;
const start = /^start(_cd|_db|_x)?\.elf$/;
const start4 = /^start4(cd|db|x)?\.elf$/;
const armv6 = { firmware: [bootcode, start], kernels: /^kernel\.img$/ };
const armv7 = { firmware: [bootcode, start], kernels: /^kernel7?\.img$/ };
const bcm2710 = { firmware: [bootcode, start], kernels: /^kernel[78]?\.img$/ };
const bcm2711 = { firmware: [start4], kernels: /^kernel(7l|8)?\.img$/ };
const bcm2712 = { firmware: [], kernels: /^kernel(_2712|8)?\.img$/ };

export const piFamilies: readonly PiFamily[] = [
  {
    name: 'Raspberry Pi 1',
    trees: /^(bcm2708-rpi-b(-rev1|-plus)?|bcm2835-rpi-[ab](-rev2|-plus)?)\.dtb$/,
    ...armv6,
  },
  {
    name: 'Raspberry Pi Zero',
    trees: /^(bcm2708-rpi-(zero(-w)?|0-w)|bcm2835-rpi-zero(-w)?)\.dtb$/,
    ...armv6,
  },
  {
    name: 'Compute Module 1',
    trees: /^(bcm2708-rpi-cm|bcm2835-rpi-cm1-io1)\.dtb$/,
    ...armv6,
  },
  {
    name: 'Raspberry Pi 2',
    trees: /^(bcm2709|bcm2836)-rpi-2-b\.dtb$/,
    ...armv7,
  },
  {
    name: 'Raspberry Pi 2 (rev 1.2)',
    trees: /^(bcm2710|bcm2837)-rpi-2-b\.dtb$/,
    ...bcm2710,
  },
  {
    name: 'Raspberry Pi 3',
    trees: /^(bcm2710|bcm2837)-rpi-3-(a-plus|b(-plus)?)\.dtb$/,
    ...bcm2710,
  },
  {
    name: 'Raspberry Pi Zero 2 W',
    trees: /^(bcm2710|bcm2837)-rpi-zero-2(-w)?\.dtb$/,
    ...bcm2710,
  },
  {
    name: 'Compute Module 3',
    trees: /^(bcm2710-rpi-cm3|bcm2837-rpi-cm3-io3)\.dtb$/,
    ...bcm2710,
  },
  {
    name: 'Raspberry Pi 4',
    trees: /^bcm2711-rpi-4-b\.dtb$/,
    ...bcm2711,
  },
  {
    name: 'Raspberry Pi 400',
    trees: /^bcm2711-rpi-400\.dtb$/,
    ...bcm2711,
  },
  {
    name: 'Compute Module 4',
    trees: /^bcm2711-rpi-cm4(s|-io)?\.dtb$/,
    ...bcm2711,
  },
  {
    name: 'Raspberry Pi 5',
    trees: /^bcm2712(d0)?-rpi-5-b\.dtb$/,
    ...bcm2712,
  },
  {
    name: 'Raspberry Pi 500',
    trees: /^bcm2712-rpi-500\.dtb$/,
    ...bcm2712,
  },
  {
    name: 'Compute Module 5',
    trees: /^bcm2712-rpi-cm5l?-cm[45]io\.dtb$/,
    ...bcm2712,
  },
];

/** Called by another chip of the same family: documentation of `upstream_kernel`. */
const upstreamTree = /^bcm283[567]-/;

export interface BootFiles {
  /** Names in the root of the boot partition, and those in the folder that `os_prefix` names. */
  readonly names: readonly string[];
  /** A kernel that config.txt names and that is there. */
  readonly namesKernel: boolean;
  /** config.txt asks for device trees by the names that Linux itself gives them. */
  readonly isUpstream: boolean;
}

/** Families of which every file is there. Whether such a Pi gets along with what the files hold is not known. */
export function bootableFamilies({ names, namesKernel, isUpstream }: BootFiles): string[] {
  const lower = names
    .map((name) => name.toLowerCase())
    .filter((name) => isUpstream || !upstreamTree.test(name));
  const has = (pattern: RegExp): boolean => lower.some((name) => pattern.test(name));
  return piFamilies
    .filter(
      ({ trees, firmware, kernels }) =>
        has(trees) && firmware.every(has) && (namesKernel || has(kernels)),
    )
    .map(({ name }) => name);
}
