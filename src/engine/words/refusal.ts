/** Why a disk is not offered, in words; one sentence for each reason of `selection.ts`. */

import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import type { NotACardReason, ProtectedReason } from '../selection.ts';

export type RefusalReason = ProtectedReason | NotACardReason;

const sentences: { readonly [R in RefusalReason]: Phrase } = {
  'system-disk': toSay('It carries the system this computer is running.'),
  swap: toSay('This computer uses it as memory (swap).'),
  'apfs-container': toSay('It holds an APFS container, which belongs to a Mac.'),
  'in-use': toSay(
    'It is a part of a larger volume (RAID, LVM or an encrypted disk) that is in use.',
  ),
  destination: toSay('The folder for your backups lies on it.'),
  'never-touch': toSay('You marked it “never touch”.'),
  'disk-image': toSay('It is a disk image, not a card in a reader.'),
  virtual: toSay('It is a virtual disk, not a card in a reader.'),
  internal: toSay('It is built into this computer.'),
  'external-fixed': toSay(
    'It is an external drive that cannot be taken out of its case like a card.',
  ),
  'not-removable': toSay('The system does not call it removable.'),
  'no-medium': toSay('There is no card in this reader.'),
  'bad-size': toSay('Its size makes no sense for a card.'),
  unclear: toSay('The system does not say enough about it to be sure that it is a card.'),
};

/** One sentence with its full stop. A reason this version does not know is quoted. */
export function refusalWords(reason: string): string {
  return isReason(reason) ? sayPhrase(sentences[reason]) : say`The reason given is “${reason}”.`;
}

function isReason(reason: string): reason is RefusalReason {
  return Object.hasOwn(sentences, reason);
}
