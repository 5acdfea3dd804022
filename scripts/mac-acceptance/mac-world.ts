/** The Mac itself: disks come of image files through `hdiutil` (man hdiutil). */

import { execFile, execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { promisify } from 'node:util';
import { createPlatform } from '../../src/platform/index.ts';
import { createMacAuthorizer } from '../../src/platform/macos/authorization.ts';
import { isWholeDisk } from '../../src/platform/macos/disk-names.ts';
import { systemPlaces } from '../../src/platform/macos/tools.ts';
import { NeedsHuman } from './check.ts';
import { Rights } from './rights.ts';
import type { World } from './world.ts';

const run = promisify(execFile);
const HDIUTIL = '/usr/bin/hdiutil';

/** `dialogs` says whether rights may be allowed beforehand, or somebody is there, or neither. */
export async function openMac(dialogs: World['dialogs']): Promise<World> {
  const rights = dialogs === 'unneeded' ? new Rights() : null;
  const attached = new Set<string>();
  // What a crash or a signal leaves attached is let go of; nothing on it is worth keeping.
  process.on('exit', () => {
    for (const id of attached) execFileSync(HDIUTIL, ['detach', '-force', id], { stdio: 'pipe' });
  });
  return {
    real: true,
    system: await systemName(),
    places: systemPlaces,
    platform: await createPlatform({ slot: null }),
    authorizer: createMacAuthorizer(),
    dialogs,

    async attach(image) {
      const args = ['attach', '-nomount', '-imagekey', 'diskimage-class=CRawDiskImage', image];
      const { stdout } = await run(HDIUTIL, args);
      const id = attachedDisk(stdout);
      attached.add(id);
      return id;
    },

    async detach(id) {
      if (!attached.delete(id)) return;
      // An ejected image has been let go of already.
      const { stdout } = await run(HDIUTIL, ['info']);
      if (new RegExp(`^/dev/${id}\\s`, 'm').test(stdout)) await run(HDIUTIL, ['detach', id]);
    },

    async allow(right) {
      if (dialogs === 'answered') return;
      if (!rights)
        throw new NeedsHuman(
          'somebody has to answer the dialog (--interactive), or --allow-rights',
        );
      const id = right.slice(right.lastIndexOf('/r') + 2);
      if (!attached.has(id)) throw new Error(`${id} was not attached here`);
      rights.allow(right);
    },
  };
}

/** The whole disk in what `hdiutil attach` prints: one line for it and one for each partition. */
export function attachedDisk(output: string): string {
  for (const line of output.split('\n')) {
    const name = /^\/dev\/(disk\d+)\b/.exec(line)?.[1];
    if (name !== undefined && isWholeDisk(name)) return name;
  }
  throw new Error(`hdiutil attached no disk: ${output.slice(0, 200)}`);
}

async function systemName(): Promise<string> {
  const { stdout } = await run('/usr/bin/sw_vers', []);
  const fact = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(stdout)?.[1] ?? '?';
  return `macOS ${fact('ProductVersion')} (${fact('BuildVersion')}), Darwin ${release()}, ${process.arch}`;
}
