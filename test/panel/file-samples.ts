/** Files as the pages are shown them, hostile names among them. */

import type { AnswerTo, ChangeView, FileView } from '../../src/contract/panel.ts';

const plain: FileView = {
  name: '',
  path: '',
  kind: 'file',
  bytes: 221,
  mode: '-rw-r--r--',
  owner: '0:0',
  modified: Date.UTC(2026, 10, 3, 9, 12),
  target: null,
  unreadable: null,
};

export function file(name: string, change: Partial<FileView> = {}, folder = '/etc'): FileView {
  return { ...plain, name, path: `2:${folder === '/' ? '' : folder}/${name}`, ...change };
}

export function folder(name: string, within = '/etc'): FileView {
  return file(name, { kind: 'folder', mode: 'drwxr-xr-x', bytes: 4096 }, within);
}

export const partitions: AnswerTo<'files'>['partitions'] = [
  {
    partition: 1,
    path: '1:/',
    fileSystem: 'fat32',
    label: 'bootfs',
    bytes: 536_870_912,
    role: 'boot',
    trouble: null,
  },
  {
    partition: 2,
    path: '2:/',
    fileSystem: 'ext4',
    label: 'rootfs',
    bytes: 31_369_199_616,
    role: 'system',
    trouble: null,
  },
];

export const onlyPartitions: AnswerTo<'files'> = {
  ask: 'files',
  partitions,
  path: null,
  parent: null,
  files: [],
  next: null,
  isCutOff: false,
  problems: [],
};

export const root: AnswerTo<'files'> = {
  ...onlyPartitions,
  path: '2:/',
  files: ['bin', 'boot', 'etc', 'home', 'lost+found', 'usr', 'var'].map((name) =>
    name === 'bin'
      ? file(name, { kind: 'link', target: 'usr/bin', mode: 'lrwxrwxrwx' }, '/')
      : folder(name, '/'),
  ),
};

export const etc: AnswerTo<'files'> = {
  ...onlyPartitions,
  path: '2:/etc',
  parent: '2:/',
  files: [
    folder('apt'),
    folder('ssh'),
    file('fstab', { bytes: 312 }),
    file('hostname', { bytes: 7 }),
    file('hosts'),
    file('logo.png', { bytes: 12_345 }),
    file('mtab', { kind: 'link', target: '../proc/self/mounts', mode: 'lrwxrwxrwx' }),
    file('passwd', { bytes: 1690 }),
    file('rpi-issue', { bytes: 154 }),
    file('shadow', { bytes: 1012, mode: '-rw-r-----', owner: '0:42' }),
  ],
};

/** Names that a card should not have. */
export const hostileNames = [
  '<img src=x onerror=document.title="owned">',
  'new\\x0Aline',
  '\\xE2\\x80\\xAEgnp.exe',
  '\\x2E\\x2E',
  'اسم الملف.txt',
  '-rf',
  `${'\\xFF'.repeat(255)}`,
  `${'w'.repeat(255)}`,
  'a very long name with many words in it that goes on and on until there is no room left in any window of this size.log',
  '日本語のファイル名',
];

export const hostile: AnswerTo<'files'> = {
  ...onlyPartitions,
  path: '2:/home/\\x0Apwn',
  parent: '2:/home',
  files: [
    ...hostileNames.map((name) => file(name, {}, '/home/\\x0Apwn')),
    file('null', { kind: 'character-device', mode: 'crw-rw-rw-', bytes: 0 }, '/home/\\x0Apwn'),
    file(
      'huge.bin',
      { bytes: 17_592_186_044_416, modified: Date.UTC(2040, 1, 1) },
      '/home/\\x0Apwn',
    ),
    file(
      'secret',
      { unreadable: 'it is encrypted', mode: null, owner: null, modified: null },
      '/home/\\x0Apwn',
    ),
    file('out', { kind: 'link', target: '../../../../../etc/\\x1B[31mshadow' }, '/home/\\x0Apwn'),
    file('broken', { kind: 'unknown', mode: null, owner: null, modified: null }, '/home/\\x0Apwn'),
  ],
  problems: ['The folder /home/loop contains itself; it was not entered again.'],
};

/** A page of a folder of `total` files. */
export function pageOf(total: number, offset: number, limit: number): AnswerTo<'files'> {
  const end = Math.min(total, offset + limit);
  return {
    ...onlyPartitions,
    path: '2:/var/cache',
    parent: '2:/var',
    files: Array.from({ length: end - offset }, (_, index) =>
      file(`file-${`${offset + index}`.padStart(5, '0')}`, {}, '/var/cache'),
    ),
    next: end < total ? end : null,
  };
}

export const textPreview: AnswerTo<'preview'> = {
  ask: 'preview',
  path: '2:/etc/hosts',
  bytes: 221,
  shown: {
    kind: 'text',
    text: '127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\nff02::1\t\tip6-allnodes\nff02::2\t\tip6-allrouters\n\n127.0.1.1\t\toctopi\n# <script>document.title = "owned"</script>\n# a line that is very much longer than the window is wide, so that it has to be wrapped somewhere\n',
    isCut: true,
  },
  isIncomplete: false,
};

export const picturePreview: AnswerTo<'preview'> = {
  ...textPreview,
  path: '2:/etc/logo.png',
  bytes: 85,
  shown: {
    kind: 'picture',
    mediaType: 'image/png',
    // 2 × 2 pixels.
    data: 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8DA8J+BgYGJAQoAGAwCAQ6i0ZQAAAAASUVORK5CYII=',
  },
  isIncomplete: true,
};

const change: ChangeView = {
  partition: 2,
  path: '/etc/hosts',
  change: 'changed',
  what: ['content'],
  kind: 'file',
  bytesBefore: 221,
  bytesAfter: 240,
};

export const changes: AnswerTo<'changes'> = {
  ask: 'changes',
  partitions: [
    {
      partition: 1,
      fileSystem: 'fat32',
      label: 'bootfs',
      verdict: 'same',
      added: 0,
      removed: 0,
      changed: 0,
      addedBytes: 0,
      removedBytes: 0,
    },
    {
      partition: 2,
      fileSystem: 'ext4',
      label: 'rootfs',
      verdict: 'compared',
      added: 2,
      removed: 1,
      changed: 3,
      addedBytes: 1_212_345_678,
      removedBytes: 23_456,
    },
  ],
  changes: [
    change,
    { ...change, path: '/etc/shadow', what: ['mode', 'owner'], bytesAfter: 221 },
    { ...change, path: '/var/lib/dpkg/status', bytesBefore: 1_234_567, bytesAfter: 1_334_567 },
    {
      ...change,
      path: '/home/pi/.octoprint/uploads/benchy.gcode',
      change: 'added',
      what: [],
      bytesBefore: null,
      bytesAfter: 4_234_567,
    },
    {
      ...change,
      path: '/home/pi/.octoprint/timelapse',
      change: 'added',
      what: [],
      kind: 'folder',
      bytesBefore: null,
      bytesAfter: 4096,
    },
    {
      ...change,
      path: '/tmp/<b>\\x0A old',
      change: 'removed',
      what: [],
      bytesBefore: 23_456,
      bytesAfter: null,
    },
  ],
  next: null,
  more: 0,
};
