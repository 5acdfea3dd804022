/** Ubuntu, DietPi, LibreELEC, Home Assistant OS, and cards that are none of these. */

import type { SystemLayout } from './lay-out.ts';
import { bootFiles, dpkgStatus, modelLine, program } from './pieces.ts';
import { MACHINE_ID, usualCard, usualLife } from './raspberry.ts';

const ubuntu = usualCard(
  'ubuntu',
  {
    label: 'system-boot',
    files: {
      'config.txt':
        '[all]\nkernel=vmlinuz\ncmdline=cmdline.txt\ninitramfs initrd.img followkernel\n',
      'cmdline.txt': 'root=LABEL=writable rootfstype=ext4 rootwait fixrtc\n',
      vmlinuz: '',
      'initrd.img': '',
      'user-data': '#cloud-config\n',
      'meta-data': '',
      'network-config': 'network:\n  wifis: {}\n',
      'bootcode.bin': '',
      'start.elf': '',
      'start4.elf': '',
      'bcm2710-rpi-3-b.dtb': '',
      'bcm2711-rpi-4-b.dtb': '',
      'bcm2712-rpi-5-b.dtb': '',
    },
  },
  {
    'usr/lib/os-release':
      'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n',
    'etc/os-release': '-> ../usr/lib/os-release',
    'etc/hostname': 'ubuntu\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/timezone': 'Etc/UTC\n',
    'etc/systemd/system/sockets.target.wants/ssh.socket': '-> /usr/lib/systemd/system/ssh.socket',
    'etc/netplan/50-cloud-init.yaml':
      'network:\n  ethernets:\n    eth0: {dhcp4: true}\n  version: 2\n',
    'usr/bin/dash': program('arm64'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    lib: '-> usr/lib',
    'usr/lib/modules/6.8.0-1013-raspi/modules.dep': '',
    'var/lib/dpkg/status': dpkgStatus('arm64', { nginx: '1.24.0-2ubuntu7.1' }),
    'var/log/dmesg': '[    0.000000] kernel: Machine model: Raspberry Pi 4 Model B Rev 1.5\n',
  },
);

const dietPi = usualCard(
  'dietpi',
  {
    label: 'DIETPIBOOT',
    files: {
      'cmdline.txt': 'root=PARTUUID=5e3da3da-02 rootwait\n',
      'config.txt': 'arm_64bit=1\n',
      'dietpi.txt': 'AUTO_SETUP_NET_HOSTNAME=DietPi\n',
      'dietpi/.version':
        "G_DIETPI_VERSION_CORE=9\nG_DIETPI_VERSION_SUB=7\nG_DIETPI_VERSION_RC=1\nG_GITBRANCH='master'\n",
      ...bootFiles('arm64', true),
    },
  },
  {
    'etc/os-release':
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    'etc/hostname': 'DietPi\n',
    'etc/machine-id': `${MACHINE_ID}\n`,
    'etc/timezone': 'Europe/Vienna\n',
    'etc/init.d/dropbear': '#!/bin/sh\n',
    'etc/rc3.d/S01dropbear': '-> ../init.d/dropbear',
    'usr/bin/dash': program('arm64'),
    bin: '-> usr/bin',
    'usr/bin/sh': '-> dash',
    lib: '-> usr/lib',
    'usr/lib/modules/6.6.31+rpt-rpi-v8/modules.dep': '',
    'opt/AdGuardHome/AdGuardHome': '',
  },
);

const libreElec: SystemLayout = {
  name: 'libreelec',
  table:
    'label: dos\nlabel-id: 0x1ec0e1ec\nstart=8192,size=81920,type=c,bootable\nstart=90112,size=49152,type=83\n',
  mib: 68,
  parts: [
    {
      atMib: 4,
      mib: 40,
      kind: 'fat32',
      label: 'LIBREELEC',
      files: {
        'config.txt': 'include distroconfig.txt\n',
        'cmdline.txt': 'boot=UUID=2911-1447 disk=UUID=1b4c0a9e-3d7d-4f5b-8f0e-0f9f3c6c1d11 quiet\n',
        'kernel.img': '',
        SYSTEM: 'hsqs',
        'start4.elf': '',
        'bcm2711-rpi-4-b.dtb': '',
        'bcm2711-rpi-400.dtb': '',
      },
    },
    {
      atMib: 44,
      mib: 24,
      kind: 'ext4',
      label: 'STORAGE',
      uuid: '1b4c0a9e-3d7d-4f5b-8f0e-0f9f3c6c1d11',
      life: usualLife,
      files: {
        '.cache/hostname': 'LivingRoom\n',
        '.cache/machine-id': `${MACHINE_ID}\n`,
        '.cache/timezone': 'TIMEZONE=Europe/London\n',
        '.cache/services/sshd.conf': '',
        '.cache/connman/wifi_dca632000000_4e6f626f6479_managed_psk/settings':
          'Passphrase=a secret\n',
        '.kodi/userdata/guisettings.xml': '',
      },
    },
  ],
};

const GPT_LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';

const homeAssistant: SystemLayout = {
  name: 'home-assistant-os',
  table: [
    'label: gpt',
    'label-id: 8ef98e4a-1ca9-4a4b-9d0f-f2a0b1c2d3e4',
    'start=8192,size=81920,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B,name=hassos-boot',
    `start=90112,size=2048,type=${GPT_LINUX},name=hassos-kernel0`,
    `start=92160,size=2048,type=${GPT_LINUX},name=hassos-system0`,
    `start=94208,size=2048,type=${GPT_LINUX},name=hassos-kernel1`,
    `start=96256,size=2048,type=${GPT_LINUX},name=hassos-system1`,
    `start=98304,size=2048,type=${GPT_LINUX},name=hassos-bootstate`,
    `start=100352,size=16384,type=${GPT_LINUX},name=hassos-overlay`,
    `start=116736,size=49152,type=${GPT_LINUX},name=hassos-data`,
    '',
  ].join('\n'),
  mib: 84,
  parts: [
    {
      atMib: 4,
      mib: 40,
      kind: 'fat32',
      label: 'hassos-boot',
      files: {
        'config.txt': 'arm_64bit=1\nkernel=u-boot.bin\n',
        'cmdline.txt': 'zram.enabled=1 rootwait\n',
        'u-boot.bin': '',
        'start4.elf': '',
        'bcm2711-rpi-4-b.dtb': '',
        'CONFIG/authorized_keys': 'ssh-ed25519 nobody\n',
      },
    },
    { atMib: 44, mib: 1, kind: 'squashfs', label: '' },
    { atMib: 45, mib: 1, kind: 'squashfs', label: '' },
    { atMib: 46, mib: 1, kind: 'empty', label: '' },
    { atMib: 47, mib: 1, kind: 'empty', label: '' },
    { atMib: 48, mib: 1, kind: 'empty', label: '' },
    {
      atMib: 49,
      mib: 8,
      kind: 'ext4',
      label: 'hassos-overlay',
      uuid: '0a0a0a0a-1111-4222-8333-444444444444',
      life: { ...usualLife, writtenKilobytes: 5000 },
      files: {
        'etc/hostname': 'homeassistant\n',
        'etc/NetworkManager/system-connections/Supervisor wlan0.nmconnection':
          '[connection]\ntype=802-11-wireless\n[802-11-wireless-security]\npsk=a secret\n',
      },
    },
    {
      atMib: 57,
      mib: 24,
      kind: 'ext4',
      label: 'hassos-data',
      uuid: '0b0b0b0b-1111-4222-8333-444444444444',
      life: usualLife,
      files: {
        'supervisor/homeassistant/.HA_VERSION': '2024.2.5\n',
        'docker/containers/0123456789ab/config.v2.json':
          '{"Config":{"Image":"ghcr.io/home-assistant/aarch64-hassio-supervisor","Volumes":null}}',
      },
    },
  ],
};

const arch = usualCard(
  'arch',
  {
    label: 'BOOT',
    files: {
      'cmdline.txt': 'root=/dev/mmcblk0p2 rw\n',
      'config.txt': '',
      ...bootFiles('arm64', false),
    },
  },
  {
    'etc/os-release':
      'NAME="Arch Linux ARM"\nPRETTY_NAME="Arch Linux ARM"\nID=archarm\nID_LIKE=arch\n',
    'etc/hostname': 'alarmpi\n',
    'usr/bin/sh': program('arm64'),
    bin: '-> usr/bin',
    lib: '-> usr/lib',
    'usr/lib/modules/6.7.6-1-rpi/modules.dep': '',
    'var/log/messages': modelLine('Raspberry Pi Zero 2 W Rev 1.0'),
  },
);

const dataCard: SystemLayout = {
  name: 'linux-data',
  table: 'label: dos\nlabel-id: 0x0da7a0da\nstart=2048,size=49152,type=83\n',
  mib: 26,
  parts: [
    {
      atMib: 1,
      mib: 24,
      kind: 'ext4',
      label: 'data',
      files: { 'photos/one.txt': 'not a photo\n' },
    },
  ],
};

const camera: SystemLayout = {
  name: 'camera',
  table: 'label: dos\nlabel-id: 0x0ca3e7a0\nstart=2048,size=81920,type=c\n',
  mib: 42,
  parts: [
    { atMib: 1, mib: 40, kind: 'fat32', label: 'EOS', files: { 'DCIM/100/IMG_0001.JPG': 'x' } },
  ],
};

export const otherSystems = [ubuntu, dietPi, libreElec, homeAssistant, arch, dataCard, camera];
