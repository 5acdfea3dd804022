/** The program inside a packaged app: does it run where it lies, and find what it needs? */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Check, expectThat, NotHere } from '../check.ts';
import { type Stage, sha256Of } from '../stage.ts';

const run = promisify(execFile);

/** `app` is the folder PiKeep.app. */
export function packagedChecks(app: string): readonly Check[] {
  const program = join(app, 'Contents/Helpers/pikeep');
  return [
    {
      name: 'packaged-program',
      assumption:
        'The single executable runs in the package, signed or not, and finds koffi there.',
      source: 'Node’s documentation; below Contents/Helpers it is a guess',
      onlyReal: true,
      how: { run: (stage) => backUp(stage, program) },
    },
  ];
}

async function backUp(stage: Stage, program: string): Promise<string> {
  const card = await stage.card();
  const image = join(stage.library, 'packaged.img');
  const options = ['--whole-card', '--allow-disk-image', '--door', 'direct', '--json'];
  const args = ['backup', card.id, '--to', image, ...options];
  // A failure is told in the last line too, whatever the status.
  const { stdout } = await run(program, args).catch((error: Error & { stdout?: string }) => {
    if (!error.stdout) throw error;
    return { stdout: error.stdout };
  });
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
  if (last.code === 'NO_DOOR') {
    throw new NotHere('this user does not own the nodes of what it attached');
  }
  expectThat(last.event === 'done', `it ended with ${JSON.stringify(last)}`);
  await stage.detach(card);
  expectThat((await sha256Of(image)) === stage.cardSha256, 'the image is not the card');
  // Only with koffi can it tell that the proof came from the disk.
  expectThat(last.verified === 'read-back', `the proof is only ${last.verified}`);
  return `equal to the card, ${last.verified}`;
}
