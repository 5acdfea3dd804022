/** Texts that lie on a card: what a portrait is drawn from, and what says how its system starts. */

import type { Card, CardPartition } from '../../../src/engine/card.ts';
import { parseConfig } from '../../../src/engine/config-txt.ts';
import { parsePlace } from '../../../src/engine/file-place.ts';
import { osReleaseField, systemName } from '../../../src/engine/os-release.ts';
import { readBoot } from '../../../src/engine/portrait-boot.ts';
import { PortraitFiles } from '../../../src/engine/portrait-files.ts';
import { lastModelOf, modelsIn } from '../../../src/engine/portrait-logs.ts';
import { sshOf, wifiOf } from '../../../src/engine/portrait-network.ts';
import { MAX_TEXT_LETTERS } from '../../../src/engine/portrait-schema.ts';
import { architectureOf, kernelsOf, readSystemFacts } from '../../../src/engine/portrait-system.ts';
import { findSoftware, readPackages } from '../../../src/engine/software.ts';
import { fitsType, parseSpec } from '../../../src/engine/volume-spec.ts';
import { paperTree } from '../paper-tree.ts';
import { bytesOf, type InputParser, textOf, unless } from './parser.ts';

const OS_RELEASE = `PRETTY_NAME="Raspbian GNU/Linux 12 (bookworm)"
NAME="Raspbian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=raspbian
`;
const CONFIG_TXT = `# For more options see http://rptl.io/configtxt
dtparam=audio=on
[pi4]
kernel=kernel8.img
os_prefix=current/
[all]
initramfs initramfs8 followkernel
upstream_kernel=1
`;
const CMDLINE =
  'console=tty1 root=PARTUUID=5e3da3da-02 rootfstype=ext4 init=/usr/lib/x/firstboot quiet\n';
const STATUS = `Package: dpkg
Status: install ok installed
Architecture: arm64
Version: 1.21.22

Package: pihole-meta
Status: install ok installed
Version: 6.0.1
`;

/** One text for all files, each behind its path: changes move things between files too. */
const CARD_FILES = Object.entries({
  '/etc/os-release': OS_RELEASE,
  '/etc/hostname': 'octopi\n',
  '/etc/rpi-issue': 'Raspberry Pi reference 2024-11-19\n',
  '/etc/machine-id': `${'0f'.repeat(16)}\n`,
  '/etc/timezone': 'Europe/Berlin\n',
  '/var/lib/dpkg/status': STATUS,
  '/etc/wpa_supplicant/wpa_supplicant.conf': 'network={\n  ssid="home"\n}\n',
  '/etc/NetworkManager/system-connections/home': '[connection]\ntype=wifi\n',
  '/etc/netplan/50-cloud-init.yaml': 'network:\n  wifis:\n    wlan0:\n',
  '/var/lib/docker/containers/c1/config.v2.json': '{"Image":"ghcr.io/home-assistant/x:1","A":1}',
  '/var/log/syslog': 'kernel: Machine model: Raspberry Pi 4 Model B Rev 1.4\n',
  '/lib/modules/6.6.31+rpt-rpi-v8/modules.dep': '\n',
  '/bin/sh':
    '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\xb7\0\x01\0\0\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'config.txt': CONFIG_TXT,
  'cmdline.txt': CMDLINE,
  'custom.toml': '[ssh]\nenabled = true\n[wlan]\nssid = "home"\n',
})
  .map(([path, content]) => `=== ${path}\n${content}`)
  .join('');

const names = [
  'PRETTY_NAME=',
  'VERSION=',
  'Package: ',
  'Status: ',
  '[all]',
  '[none]',
  '=== /etc/hostname\n',
];

export const texts: readonly InputParser[] = [
  text('os-release', OS_RELEASE, names, (input) => {
    const release = textOf(input);
    requirePlain([
      systemName(release, true),
      systemName(release, false),
      osReleaseField(release, 'ID'),
    ]);
  }),
  text('config.txt', CONFIG_TXT, ['[', ']', '=', '[pi5]', '[none]', 'kernel=', '#'], (input) => {
    if (parseConfig(textOf(input)).length > 10_000) throw new Error('too many entries');
  }),
  text(
    'volume-spec',
    'PARTUUID=5e3da3da-02/PARTNROFF=1',
    ['LABEL=', 'UUID="', '/dev/sda', '\\040', '\\x20', '/dev/disk/by-label/', '/PARTNROFF='],
    (input) => {
      const spec = parseSpec(textOf(input));
      requirePlain([spec?.shown.replace(/…$/, '') ?? null]);
      fitsType(textOf(input), 'ext4');
    },
  ),
  text('file-place', 'boot:/config.txt', ['system:', 'boot:', '2:', '..', '//', '\\x2F'], (input) =>
    unless(['USAGE'], () => {
      if (!parsePlace(textOf(input)).path.startsWith('/')) throw new Error('no path');
    }),
  ),
  text('kernel-log', CARD_FILES, ['Machine model: Raspberry Pi ', '\n'], (input) =>
    requirePlain(modelsIn(input)),
  ),
  { ...text('portrait', CARD_FILES, names, (input) => drawPortrait(textOf(input))), share: 0.2 },
];

function text(
  name: string,
  sample: string,
  words: readonly string[],
  judge: InputParser['judge'],
): InputParser {
  return { name, form: 'text', words, sample: () => bytesOf(sample), judge };
}

function filesIn(input: string): Map<string, Uint8Array> {
  const parts = input.split('=== ').slice(1, 64);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), Buffer.from(part.slice(end + 1), 'utf8')];
    }),
  );
}

/** Whatever the files hold: what a portrait says is plain and short. */
async function drawPortrait(input: string): Promise<void> {
  const content = filesIn(input);
  const root = new PortraitFiles(paperTree(content));
  const fat = {
    rootNames: async () => [...content.keys()].filter((name) => !name.includes('/')),
    readFile: async (name: string) => content.get(name) ?? null,
  };
  const boot = await readBoot({ fat } as unknown as CardPartition, null);
  const card = { partitions: [], hostname: null } as unknown as Card;
  const facts = await readSystemFacts(card, { root, linux: [root], boot: root }, boot);
  const packages = await readPackages(root);
  const software = await findSoftware([root], packages);
  requirePlain([
    ...[facts.hostname, facts.timeZone, await lastModelOf([root])],
    ...[facts.system?.name, facts.system?.version, facts.system?.codename].map(
      (one) => one ?? null,
    ),
    ...[packages.architecture, await architectureOf(root), ...(await kernelsOf(root))],
    ...software.flatMap(({ name, version }) => [name, version]),
  ]);
  await sshOf(root, boot);
  await wifiOf([root], boot);
}

function requirePlain(said: readonly (string | null)[]): void {
  for (const one of said) {
    if (one === null) continue;
    if (/[^\x20-\x7e]/.test(one) || one.length > MAX_TEXT_LETTERS)
      throw new Error(JSON.stringify(one));
  }
}
