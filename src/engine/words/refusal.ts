/** Why a disk is not offered, in words; one sentence for each reason of `selection.ts`. */

import type { NotACardReason, ProtectedReason } from '../selection.ts';

export type RefusalReason = ProtectedReason | NotACardReason;

const sentences: { readonly [R in RefusalReason]: string } = {
  'system-disk': 'It carries the system this computer is running.',
  swap: 'This computer uses it as memory (swap).',
  'apfs-container': 'It holds an APFS container, which belongs to a Mac.',
  'in-use': 'It is a part of a larger volume (RAID, LVM or an encrypted disk) that is in use.',
  destination: 'The folder for your backups lies on it.',
  'never-touch': 'You marked it “never touch”.',
  'disk-image': 'It is a disk image, not a card in a reader.',
  virtual: 'It is a virtual disk, not a card in a reader.',
  internal: 'It is built into this computer.',
  'external-fixed': 'It is an external drive that cannot be taken out of its case like a card.',
  'not-removable': 'The system does not call it removable.',
  'no-medium': 'There is no card in this reader.',
  'bad-size': 'Its size makes no sense for a card.',
  unclear: 'The system does not say enough about it to be sure that it is a card.',
};

/** One sentence with its full stop. A reason this version does not know is quoted. */
export function refusalWords(reason: string): string {
  return isReason(reason) ? sentences[reason] : `The reason given is “${reason}”.`;
}

function isReason(reason: string): reason is RefusalReason {
  return Object.hasOwn(sentences, reason);
}
