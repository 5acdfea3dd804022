/**
 * A card that starts: a small Debian made of Debian's own packages, laid out as a Raspberry Pi's. Its FAT partition holds
 * kernel, initramfs and cmdline.txt, from where a Pi's firmware takes them; here QEMU does. Needs root, mmdebstrap (and with
 * it Debian's mirrors) and about 1 GB of room.
 */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyImage, partition, temporaryFolder, tool } from './file-systems.ts';
import { findTool } from './tools.ts';

const MIB = 1024 ** 2;
const BOOT_OFFSET = MIB;
const BOOT_BYTES = 64 * MIB;
const ROOT_OFFSET = BOOT_OFFSET + BOOT_BYTES;
/** A distribution's kernel for virtual machines is a tenth of the size of its ordinary one. */
const PACKAGES = 'systemd-sysv,udev,linux-image-cloud-amd64,initramfs-tools,login,kmod,zstd';
const DISK_ID = '5e3da3da';

/** Programs that `makeBootableCard` and `start` need. */
export const bootTools = [
  'mmdebstrap',
  'qemu-system-x86_64',
  'sfdisk',
  'mkfs.vfat',
  'mke2fs',
  'mcopy',
] as const;

/** Writes a card of `bytes` to `path`; its Pi is called `hostname`. Takes a minute, most of it downloading. */
export function makeBootableCard(path: string, options: { bytes: number; hostname: string }): void {
  const { bytes, hostname } = options;
  const work = temporaryFolder();
  try {
    const tree = join(work.path, 'tree');
    tool('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      `--include=${PACKAGES}`,
      '--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*',
      'bookworm',
      tree,
    ]);
    writeFileSync(join(tree, 'etc/hostname'), `${hostname}\n`);
    const [kernel, initramfs] = ['vmlinuz-', 'initrd.img-'].map((start) => {
      const name = readdirSync(join(tree, 'boot')).find((one) => one.startsWith(start));
      if (name === undefined) throw new Error(`no ${start} in the tree`);
      return join(tree, 'boot', name);
    });
    const boot = makeBoot(join(work.path, 'boot.img'), kernel ?? '', initramfs ?? '');
    const root = emptyImage(join(work.path, 'root.img'), bytes - ROOT_OFFSET - MIB);
    tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'rootfs', '-d', tree, root]);
    emptyImage(path, bytes);
    partition(path, table(bytes));
    for (const [from, offset] of [[boot, BOOT_OFFSET] as const, [root, ROOT_OFFSET] as const]) {
      const at = ['bs=1M', `seek=${offset / MIB}`, 'conv=notrunc,sparse', 'status=none'];
      tool('dd', [`if=${from}`, `of=${path}`, ...at]);
    }
  } finally {
    // A tree that failed half-way may hold device nodes and odd modes, but nothing mounted.
    work.remove();
  }
}

function table(bytes: number): string {
  const sectors = (value: number): number => value / 512;
  const rootSectors = sectors(bytes - ROOT_OFFSET - MIB);
  return [
    'label: dos',
    `label-id: 0x${DISK_ID}`,
    `start=${sectors(BOOT_OFFSET)}, size=${sectors(BOOT_BYTES)}, type=c`,
    `start=${sectors(ROOT_OFFSET)}, size=${rootSectors}, type=83`,
    '',
  ].join('\n');
}

function makeBoot(path: string, kernel: string, initramfs: string): string {
  emptyImage(path, BOOT_BYTES);
  tool('mkfs.vfat', ['-F', '32', '-n', 'bootfs', path]);
  tool('mcopy', ['-i', path, kernel, '::kernel8.img']);
  tool('mcopy', ['-i', path, initramfs, '::initramfs8']);
  const texts = {
    'config.txt': 'initramfs initramfs8 followkernel\n',
    'cmdline.txt': `console=ttyS0 root=PARTUUID=${DISK_ID}-02 rootfstype=ext4 rw rootwait\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const file = `${path}.${name}`;
    writeFileSync(file, text);
    tool('mcopy', ['-i', path, file, `::${name}`]);
    rmSync(file);
  }
  return path;
}

/**
 * Starts a machine from the card and resolves with what its console said, as soon as that matches `wanted`. Throws with the
 * console's last lines when the machine stops, or says nothing of the kind in time. The card is written to, as by a Pi.
 */
export async function start(card: string, wanted: RegExp, timeoutMs: number): Promise<string> {
  const work = temporaryFolder();
  try {
    const boot = `${card}@@${BOOT_OFFSET}`;
    const take = (name: string): string => {
      const file = join(work.path, name);
      tool('mcopy', ['-i', boot, `::${name}`, file]);
      return file;
    };
    const commandLine = readFileSync(take('cmdline.txt'), 'utf8').trim();
    return await runMachine(
      [
        ...['-accel', 'tcg,thread=multi', '-m', '512', '-display', 'none', '-no-reboot'],
        ...['-serial', 'stdio', '-monitor', 'none', '-nic', 'none'],
        ...['-kernel', take('kernel8.img'), '-initrd', take('initramfs8'), '-append', commandLine],
        ...['-drive', `file=${card},if=virtio,format=raw,cache=writethrough`],
      ],
      wanted,
      timeoutMs,
    );
  } finally {
    work.remove();
  }
}

function runMachine(args: readonly string[], wanted: RegExp, timeoutMs: number): Promise<string> {
  const machine = spawn(findTool('qemu-system-x86_64') ?? 'qemu-system-x86_64', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise<string>((resolve, reject) => {
    let said = '';
    const listen = (text: string): void => {
      said += text;
      if (wanted.test(said)) resolve(said);
    };
    machine.stdout.setEncoding('utf8').on('data', listen);
    machine.stderr.setEncoding('utf8').on('data', listen);
    const fail = (why: string): void => reject(new Error(`${why}:\n${said.slice(-4000)}`));
    const timer = setTimeout(() => fail(`not seen in ${timeoutMs} ms`), timeoutMs);
    machine.once('error', reject);
    machine.once('exit', (status) => {
      clearTimeout(timer);
      fail(`the machine stopped with ${status}`);
    });
  }).finally(() => machine.kill('SIGKILL'));
}
