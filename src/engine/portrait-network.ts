/**
 * Whether a Pi can be reached by SSH, and whether it knows a wireless network. Only that: which network and with what
 * password stays on the card.
 */

import type { BootFacts } from './portrait-boot.ts';
import type { PortraitFiles } from './portrait-files.ts';
import type { Portrait } from './portrait-schema.ts';

const UNITS = '/etc/systemd/system';
/** Enabled units are links in these folders (systemctl(1), "enable"). Ubuntu starts its server by a socket. */
const sshLinks = [
  'multi-user.target.wants/ssh.service',
  'multi-user.target.wants/sshd.service',
  'sockets.target.wants/ssh.socket',
  'ssh.service.requires/ssh.socket',
  'multi-user.target.wants/dropbear.service',
  'dropbear.service.wants/dropbear.socket',
];

export async function sshOf(
  root: PortraitFiles | null,
  boot: BootFacts | null,
): Promise<Portrait['ssh']> {
  if (root && (await isEnabled(root))) return 'on';
  if (boot?.sshWaits) return 'waiting';
  return root && (await root.has(UNITS)) ? 'off' : null;
}

async function isEnabled(root: PortraitFiles): Promise<boolean> {
  // DietPi enables dropbear the old way.
  if (await startsByRunLevel(root)) return true;
  for (const link of sshLinks) {
    if (!(await root.has(`${UNITS}/${link}`))) continue;
    const unit = link.slice(link.indexOf('/') + 1);
    // Masked: the unit itself is a link to nowhere.
    if ((await root.linkTarget(`${UNITS}/${unit}`)) !== '/dev/null') return true;
  }
  return false;
}

async function startsByRunLevel(root: PortraitFiles): Promise<boolean> {
  const hasUnit = await root.has('/lib/systemd/system/dropbear.service');
  if (hasUnit || !(await root.has('/etc/init.d/dropbear'))) return false;
  return (await root.list('/etc/rc3.d', 256)).some(({ name }) => /^S\d\ddropbear$/.test(name));
}

/** LibreELEC starts its server when this file is there (packages/network/openssh). */
export async function libreElecSsh(
  storage: PortraitFiles,
  boot: BootFacts | null,
): Promise<Portrait['ssh']> {
  const isOn =
    (await storage.has('/.cache/services/sshd.conf')) ||
    /(?:^|\s)ssh(?:\s|$)/.test(boot?.cmdline ?? '');
  return isOn ? 'on' : 'off';
}

/** Home Assistant OS starts a server, for its developers, when there are keys for it (Documentation/configuration.md). */
export async function homeAssistantSsh(overlay: PortraitFiles): Promise<Portrait['ssh']> {
  return ((await overlay.facts('/root/.ssh/authorized_keys'))?.bytes ?? 0) > 0 ? 'on' : 'off';
}

const MAX_CONNECTIONS = 64;

/** `trees`: those that may keep connections, the system's own first. */
export async function wifiOf(
  trees: readonly PortraitFiles[],
  boot: BootFacts | null,
): Promise<Portrait['wifi']> {
  for (const tree of trees) {
    if (await knowsNetwork(tree)) return 'configured';
  }
  if (boot?.wifiWaits) return 'waiting';
  return trees.length > 0 ? 'none' : null;
}

async function knowsNetwork(tree: PortraitFiles): Promise<boolean> {
  const supplicant = await tree.text('/etc/wpa_supplicant/wpa_supplicant.conf');
  if (/^[ \t]*network\s*=\s*\{/m.test(supplicant ?? '')) return true;
  const inFolder = async (folder: string, name: RegExp, says: RegExp): Promise<boolean> => {
    for (const entry of await tree.list(folder, MAX_CONNECTIONS)) {
      if (!name.test(entry.name)) continue;
      if (says.test((await tree.text(`${folder}/${entry.name}`)) ?? '')) return true;
    }
    return false;
  };
  return (
    (await inFolder(
      '/etc/NetworkManager/system-connections',
      /./,
      /^[ \t]*type\s*=\s*(wifi|802-11-wireless)\s*$/m,
    )) ||
    (await inFolder('/etc/netplan', /\.yaml$/, /^[ \t]*"?wifis"?\s*:/m)) ||
    (await tree.list('/var/lib/iwd', MAX_CONNECTIONS)).some(({ name }) =>
      /\.(psk|8021x|open)$/.test(name),
    ) ||
    // ConnMan, as LibreELEC has it.
    (await tree.list('/.cache/connman', MAX_CONNECTIONS)).some(({ name }) =>
      name.startsWith('wifi_'),
    )
  );
}
