/** Asks macOS whether it finds the signature of a finished app in order. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Profile } from './configuration.ts';

const run = promisify(execFile);

/** Throws in the words of `codesign`, and for a release also in those of Gatekeeper and of the notary's ticket (man pages). */
export async function checkSignature(app: string, profile: Profile): Promise<void> {
  await run('/usr/bin/codesign', ['--verify', '--deep', '--strict', '--verbose=2', app]);
  if (profile === 'ci') return;
  for (const program of ['MacOS/PiKeep', 'Helpers/pikeep']) {
    const { stderr } = await run('/usr/bin/codesign', ['-d', '-v', join(app, 'Contents', program)]);
    if (!/flags=0x[0-9a-f]+\([^)]*runtime/.test(stderr))
      throw new Error(`${program} is not hardened`);
  }
  await run('/usr/sbin/spctl', ['--assess', '--type', 'execute', app]);
  await run('/usr/bin/xcrun', ['stapler', 'validate', app]);
}
