/** What the boot partition says: which Pis it can start, and what waits for the next start. */

import type { CardPartition } from './card.ts';
import { plainText } from './os-release.ts';
import { bootableFamilies } from './pi-models.ts';
import { MAX_SETTINGS_BYTES, type PortraitFiles } from './portrait-files.ts';

export interface BootFacts {
  readonly boots: readonly string[];
  /** Names in its root, in lower case. */
  readonly names: ReadonlySet<string>;
  readonly waiting: readonly string[];
  readonly sshWaits: boolean;
  readonly wifiWaits: boolean;
  /** As it stands in cmdline.txt; empty where there is none. */
  readonly cmdline: string;
}

/**
 * Files that set up Raspberry Pi OS at its next start, and are then removed or renamed (raspberrypi-sys-mods: sshswitch,
 * userconf-pi, firstboot, imager_custom). cloud-init's files stay, so they are not among them.
 */
const oneTimeFiles = [
  'ssh',
  'ssh.txt',
  'userconf',
  'userconf.txt',
  'firstrun.sh',
  'custom.toml',
  'wpa_supplicant.conf',
] as const;

/** `files` are those of the same partition; null while only its root folder can be read. */
export async function readBoot(
  { fat }: CardPartition,
  files: PortraitFiles | null,
): Promise<BootFacts | null> {
  if (!fat) return null;
  const roots = (await fat.rootNames()).slice(0, 4096);
  const names = new Set(roots.map((name) => name.toLowerCase()));
  const text = async (name: string): Promise<string> => {
    const bytes = names.has(name) ? await fat.readFile(name, MAX_SETTINGS_BYTES) : null;
    return bytes ? Buffer.from(bytes).toString('latin1') : '';
  };
  const config = settingsOf(await text('config.txt'));
  const prefix = plainText(config.prefix ?? '', 80) ?? '';
  const below = prefix.endsWith('/') && files ? await files.list(`/${prefix}`) : [];
  const all = [...roots, ...below.map(({ name }) => name)];
  const allLower = new Set(all.map((name) => name.toLowerCase()));
  const cmdline = await text('cmdline.txt');
  const waiting = oneTimeFiles.filter((name) => names.has(name));
  // The imager starts its script this way, and the script takes the words out again.
  const runs = /(?:^|\s)(?:systemd\.run|init)=\S*\/(firstrun\.sh|firstboot|init_resize\.sh)/.exec(
    cmdline,
  )?.[1];
  const scripts = `${await text('firstrun.sh')}\n${await text('custom.toml')}`;
  return {
    boots: bootableFamilies({
      names: all,
      namesKernel: config.kernels.some((name) => allLower.has(name)),
      isUpstream: config.isUpstream,
    }),
    names,
    waiting: [...new Set([...waiting, ...(runs === undefined ? [] : [runs])])],
    sshWaits:
      names.has('ssh') ||
      names.has('ssh.txt') ||
      /enable_ssh|systemctl enable ssh/.test(scripts) ||
      /^\[ssh\][^[]*^[ \t]*enabled\s*=\s*true/ms.test(scripts),
    wifiWaits:
      names.has('wpa_supplicant.conf') ||
      /set_wlan|wpa_supplicant\.conf/.test(scripts) ||
      /^\[wlan\]/m.test(scripts),
    cmdline,
  };
}

/** Kernels and prefix of config.txt, whatever section they stand in. */
function settingsOf(config: string): {
  kernels: string[];
  prefix: string | null;
  isUpstream: boolean;
} {
  const kernels: string[] = [];
  let prefix: string | null = null;
  for (const line of config.split('\n').slice(0, 2000)) {
    const [, name, value] = /^\s*(kernel|os_prefix)\s*=\s*(\S+)/.exec(line) ?? [];
    if (name === 'kernel' && value !== undefined) kernels.push(value.toLowerCase());
    if (name === 'os_prefix' && value !== undefined) prefix = value;
  }
  return { kernels, prefix, isUpstream: /^[ \t]*upstream_kernel\s*=\s*1/m.test(config) };
}
