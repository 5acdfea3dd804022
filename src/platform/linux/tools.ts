/** Names of the programs in use. The one seam through which tests put others in their place. */

export interface LinuxTools {
  readonly lsblk: string;
  readonly findmnt: string;
  readonly umount: string;
  readonly udisksctl: string;
  readonly eject: string;
  readonly udevadm: string;
  readonly 'systemd-inhibit': string;
  readonly gdbus: string;
  readonly 'xdg-open': string;
}

/** Found through PATH, since distributions keep them in different folders. */
export const systemTools: LinuxTools = {
  lsblk: 'lsblk',
  findmnt: 'findmnt',
  umount: 'umount',
  udisksctl: 'udisksctl',
  eject: 'eject',
  udevadm: 'udevadm',
  'systemd-inhibit': 'systemd-inhibit',
  gdbus: 'gdbus',
  'xdg-open': 'xdg-open',
};
