/** `authopen` of the Mac stand-in: opens the card's image for a right that was granted, and really passes the descriptor. */

import { chmodSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { fail } from '../fail.ts';
import { recording } from '../recordings.ts';
import { sendDescriptor } from '../send-descriptor.ts';
import type { StandIn } from '../state.ts';

/** open(2) of macOS. */
const READ_ONLY = 0;
const READ_WRITE = 2;
const ACCESS_MODE = 3;
const EXCLUSIVE = 0x20;
const FORM_BYTES = 32;
const MODE_OF_NODE = 0o000;

export function main(mac: StandIn, args: readonly string[]): void {
  const [stdoutPipe, extAuth, flag, flags, path, ...more] = args;
  // The one way of calling that is supported here; man authopen has others, with dialogs of its own.
  if (stdoutPipe !== '-stdoutpipe' || extAuth !== '-extauth' || flag !== '-o' || more.length > 0) {
    fail('usage: authopen -stdoutpipe -extauth -o FLAGS FILE');
  }
  if (path === undefined || flags === undefined) fail('usage: authopen');
  const form = readForm();
  const access = Number(flags) & ACCESS_MODE;
  if (access !== READ_ONLY && access !== READ_WRITE) fail('usage: authopen -o FLAGS');
  // man authopen: sys.openfile.readonly./path, sys.openfile.readwrite./path
  const right = `sys.openfile.${access === READ_WRITE ? 'readwrite' : 'readonly'}.${path}`;
  const granted = mac.read().granted.some((one) => one.right === right && one.form === form);
  if (!granted) fail('AuthorizationCopyRights failed: The authorization was denied.');

  const id = basename(path).replace(/^r/, '');
  const refusal = mac.update(({ cards }) => {
    const card = cards.find((candidate) => candidate.id === id);
    if (!card) return 'No such file or directory';
    if (card.openRefusal !== null) return card.openRefusal;
    // xnu IOMediaBSDClient: EACCES for writing to a medium that cannot be written, also to root.
    if (card.locked && access === READ_WRITE) return 'Permission denied';
    // authopen-resource-busy.txt: writing is refused while anything is mounted, exclusively or not.
    if (card.mounted && access === READ_WRITE) return 'Resource busy';
    if ((Number(flags) & EXCLUSIVE) === 0) return null;
    if (card.mounted) return 'Resource busy';
    if (card.exclusiveOpensBusy === 0) return null;
    card.exclusiveOpensBusy -= 1;
    return 'Resource busy';
  });
  if (refusal !== null) {
    const words = recording('authopen-resource-busy.txt');
    fail(words.replace('/dev/rdisk2', path).replace('Resource busy', refusal));
  }
  const fd = openNode(path, access === READ_WRITE);
  sendDescriptor(process.stdout.fd, fd);
  closeSync(fd);
}

/** The real one is root and may open a node that its caller may not; here the node belongs to the caller. */
function openNode(path: string, write: boolean): number {
  chmodSync(path, write ? 0o600 : 0o400);
  try {
    return openSync(path, write ? constants.O_RDWR : constants.O_RDONLY);
  } finally {
    chmodSync(path, MODE_OF_NODE);
  }
}

function readForm(): string {
  const form = Buffer.alloc(FORM_BYTES + 1);
  let length = 0;
  for (;;) {
    const bytes = readSync(0, form, length, form.byteLength - length, null);
    length += bytes;
    if (bytes === 0 || length === form.byteLength) break;
  }
  return length === FORM_BYTES ? form.subarray(0, FORM_BYTES).toString('hex') : '';
}
