/** `authopen` of the Mac stand-in: opens the card's image for a right that was granted, and really passes the descriptor. */

import { chmodSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { fail } from '../fail.ts';
import { recording } from '../recordings.ts';
import { sendDescriptor } from '../send-descriptor.ts';
import type { StandIn } from '../state.ts';

/** open(2) of macOS: O_EXLOCK. */
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
  const right = `sys.openfile.readonly.${path}`;
  const granted = mac.read().granted.some((one) => one.right === right && one.form === form);
  if (!granted) fail('AuthorizationCopyRights failed: The authorization was denied.');

  const id = basename(path).replace(/^r/, '');
  const refusal = mac.update(({ cards }) => {
    const card = cards.find((candidate) => candidate.id === id);
    if (!card) return 'No such file or directory';
    if (card.openRefusal !== null) return card.openRefusal;
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
  const fd = openNode(path);
  sendDescriptor(process.stdout.fd, fd);
  closeSync(fd);
}

/** The real one is root and may open a node that its caller may not; here the node belongs to the caller. */
function openNode(path: string): number {
  chmodSync(path, 0o400);
  try {
    return openSync(path, constants.O_RDONLY);
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
