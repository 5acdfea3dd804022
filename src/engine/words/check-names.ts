/** What the checks of a backup are called where people see them; in files they have the names of `checks.ts` and `health.ts`. */

import { type Phrase, sayPhrase, toSay } from '../../language/say.ts';
import type { Check } from '../checks.ts';
import type { HealthName } from '../health.ts';

type Name = Check['name'] | HealthName;

const titles: Readonly<Record<Name, Phrase>> = {
  'partition table': toSay('partition table'),
  'boot files': toSay('boot files'),
  'root file system': toSay('root file system'),
  'root partition': toSay('root partition'),
  'second reading': toSay('second reading'),
  manifest: toSay('manifest'),
  content: toSay('content'),
  'unreadable ranges': toSay('unreadable ranges'),
  hashes: toSay('hashes'),
  'block map': toSay('block map'),
  'boot settings': toSay('boot settings'),
  'command line': toSay('command line'),
  mounts: toSay('mounts'),
  'file system': toSay('file system'),
};

/** A name that this version does not know is given back. */
export function checkTitle(name: string): string {
  return isKnown(name) ? sayPhrase(titles[name]) : name;
}

function isKnown(name: string): name is Name {
  return Object.hasOwn(titles, name);
}
