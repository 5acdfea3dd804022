/** Raspberry Pi OS from Stretch to Trixie as its cards look after some use, as far as a portrait looks at them. */

import type { Files, Life, SystemLayout } from './lay-out.ts';
import { bootFiles, dpkgStatus, journal, modelLine, program } from './pieces.ts';

const CMDLINE = 'console=tty1 root=PARTUUID=5e3da3da-02 rootfstype=ext4 rootwait\n';
export const MACHINE_ID = '0123456789abcdef0123456789abcdef';

/** Mounted on 1 March 2024 at 08:00, shut down at 09:30 (UTC); 2.5 GB written so far. */
export const usualLife: Life = {
  mounted: 1_709_280_000,
  written: 1_709_285_400,
  mounts: 12,
  writtenKilobytes: 2_500_000,
};

const table =
  'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=81920,type=c\nstart=90112,size=49152,type=83\n';

/** 68 MiB: the boot partition from 4 to 44 MiB, the system to the end. */
export function usualCard(
  name: string,
  boot: { label: string; files: Files },
  system: Files,
  life = usualLife,
): SystemLayout {
  return {
    name,
    table,
    mib: 68,
    parts: [
      { atMib: 4, mib: 40, kind: 'fat32', ...boot },
      { atMib: 44, mib: 24, kind: 'ext4', label: 'rootfs', files: system, life },
    ],
  };
}

function release(version: string, codename: string, id: 'raspbian' | 'debian'): string {
  const distribution = id === 'raspbian' ? 'Raspbian GNU/Linux' : 'Debian GNU/Linux';
  return [
    `PRETTY_NAME="${distribution} ${version} (${codename})"`,
    `NAME="${distribution}"`,
    `VERSION_ID="${version}"`,
    `VERSION="${version} (${codename})"`,
    `VERSION_CODENAME=${codename}`,
    `ID=${id}`,
    '',
  ].join('\n');
}

function issue(built: string, stage: number): string {
  const commit = 'a7a4a4c6a8a9e1d0b8c7b6a5f4e3d2c1b0a99887';
  return `Raspberry Pi reference ${built}\nGenerated using pi-gen, https://github.com/RPi-Distro/pi-gen, ${commit}, stage${stage}\n`;
}

const stretch = usualCard(
  'stretch',
  {
    label: 'boot',
    files: {
      'cmdline.txt': CMDLINE,
      'config.txt': 'dtparam=audio=on\n',
      ...bootFiles('armhf', false),
    },
  },
  {
    'etc/os-release': release('9', 'stretch', 'raspbian'),
    'etc/rpi-issue': issue('2019-04-08', 4),
    'etc/hostname': 'octopi\n',
    'etc/octopi_version': '0.16.0\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/localtime': '-> /usr/share/zoneinfo/Europe/Berlin',
    'etc/timezone': 'Etc/UTC\n',
    'etc/wpa_supplicant/wpa_supplicant.conf':
      'country=DE\nnetwork={\n\tssid="Nobody knows"\n\tpsk="a secret"\n}\n',
    'etc/systemd/system/multi-user.target.wants/ssh.service': '-> /lib/systemd/system/ssh.service',
    'bin/dash': program('armhf'),
    'bin/sh': '-> dash',
    'lib/modules/4.14.98+/modules.dep': '',
    'lib/modules/4.14.98-v7+/modules.dep': '',
    'home/pi/.octoprint/config.yaml': '',
    'var/lib/dpkg/status': dpkgStatus('armhf', { 'raspberrypi-ui-mods': '1.20190709' }),
    'var/log/kern.log': `${modelLine('Raspberry Pi 2 Model B Rev 1.1')}${modelLine('Raspberry Pi 3 Model B Plus Rev 1.3')}`,
  },
);

const buster = usualCard(
  'buster',
  {
    label: 'boot',
    files: { 'cmdline.txt': CMDLINE, 'config.txt': '', ...bootFiles('armhf', false) },
  },
  {
    'etc/os-release': release('10', 'buster', 'raspbian'),
    'etc/rpi-issue': issue('2021-05-07', 2),
    'etc/hostname': 'pihole\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/timezone': 'America/New_York\n',
    'etc/wpa_supplicant/wpa_supplicant.conf': 'country=US\n# network={\n',
    'etc/systemd/system/multi-user.target.wants/dhcpcd5.service': '-> /dev/null',
    'usr/bin/dash': program('armhf'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    lib: '-> usr/lib',
    'usr/lib/modules/5.10.17-v7l+/modules.dep': '',
    'etc/pihole/setupVars.conf': '',
    'etc/fake-hwclock.data': '2024-03-01 09:17:01\n',
    'var/log/syslog': 'Mar  1 09:00:00 pihole systemd[1]: nothing of interest\n',
  },
);

const bullseye = usualCard(
  'bullseye',
  {
    label: 'boot',
    files: {
      'cmdline.txt': CMDLINE,
      'config.txt': '[pi4]\nkernel=missing.img\n',
      'ssh.txt': '',
      'wpa_supplicant.conf': 'network={\n}\n',
      'userconf.txt': 'nobody:$6$secret\n',
      ...bootFiles('arm64', false),
    },
  },
  {
    'etc/os-release': release('11', 'bullseye', 'debian'),
    'etc/rpi-issue': issue('2023-05-03', 5),
    'etc/hostname': 'raspberrypi\n',
    'etc/machine-id': '',
    'etc/systemd/system/multi-user.target.wants/cron.service':
      '-> /lib/systemd/system/cron.service',
    'usr/bin/dash': program('arm64'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    'usr/lib/modules/6.1.21-v8+/modules.dep': '',
    lib: '-> usr/lib',
  },
  { mounted: 1_683_100_000, written: 1_683_101_000, mounts: 1, writtenKilobytes: 3_900_000 },
);

const bookworm = usualCard(
  'bookworm',
  {
    label: 'bootfs',
    files: {
      'cmdline.txt': CMDLINE,
      'config.txt': 'auto_initramfs=1\narm_64bit=1\n',
      initramfs8: '',
      ...bootFiles('arm64', true),
    },
  },
  {
    'etc/os-release': release('12', 'bookworm', 'debian'),
    'etc/rpi-issue': issue('2023-10-10', 4),
    'etc/hostname': 'kitchen\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/localtime': '-> ../usr/share/zoneinfo/Australia/Sydney',
    'etc/systemd/system/multi-user.target.wants/ssh.service': '-> /lib/systemd/system/ssh.service',
    'etc/NetworkManager/system-connections/preconfigured.nmconnection':
      '[connection]\nid=preconfigured\ntype=wifi\n[wifi]\nssid=Nobody knows\n[wifi-security]\npsk=a secret\n',
    'usr/bin/dash': program('arm64'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    lib: '-> usr/lib',
    'usr/lib/modules/6.6.20+rpt-rpi-2712/modules.dep': '',
    'usr/lib/modules/6.6.20+rpt-rpi-v8/modules.dep': '',
    'usr/lib/modules/6.1.0-rpi7-rpi-v8/modules.dep': '',
    'var/lib/dpkg/status': dpkgStatus('arm64', {
      'docker-ce': '5:25.0.3-1~debian.12~bookworm',
      mosquitto: '2.0.11-1.2+deb12u1',
      'rpd-wayland-core': '0.9',
    }),
    'var/lib/docker/containers/0123456789ab/config.v2.json':
      '{"State":{},"Config":{"Hostname":"0123456789ab","Image":"ghcr.io/home-assistant/raspberrypi4-64-homeassistant:stable","Volumes":null},"Image":"sha256:00ff","Name":"/homeassistant"}',
    'home/somebody/.node-red/settings.js': '',
    [`var/log/journal/${MACHINE_ID}/system.journal`]: journal(['Raspberry Pi 5 Model B Rev 1.0']),
  },
);

const trixie = usualCard(
  'trixie',
  {
    label: 'bootfs',
    files: {
      'cmdline.txt': CMDLINE,
      'config.txt': 'auto_initramfs=1\n',
      'user-data': '#cloud-config\n',
      'meta-data': '',
      'network-config': '# nothing\n',
      ...bootFiles('armhf', true),
    },
  },
  {
    'usr/lib/os-release': release('13', 'trixie', 'debian'),
    'etc/os-release': '-> ../usr/lib/os-release',
    'etc/rpi-issue': issue('2025-10-01', 2),
    'etc/hostname': 'attic\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/localtime': '-> /usr/share/zoneinfo/Asia/Tokyo',
    'etc/netplan/90-NM-0123.yaml':
      'network:\n  version: 2\n  wifis:\n    wlan0:\n      access-points:\n        "Nobody knows": {}\n',
    'etc/systemd/system/ssh.service': '-> /dev/null',
    'etc/systemd/system/multi-user.target.wants/ssh.service': '-> /lib/systemd/system/ssh.service',
    'usr/bin/dash': program('armhf'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    lib: '-> usr/lib',
    'usr/lib/modules/6.12.47+rpt-rpi-v7/modules.dep': '',
    [`var/log/journal/${MACHINE_ID}/system.journal`]: journal([
      'Raspberry Pi 4 Model B Rev 1.4',
      'Raspberry Pi 3 Model B Rev 1.2',
    ]),
  },
);

export const raspberrySystems = [stretch, buster, bullseye, bookworm, trixie];
export { bookworm };
