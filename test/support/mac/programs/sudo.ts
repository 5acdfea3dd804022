/** `sudo -k -A -H [-p PROMPT] -- COMMAND` of the Mac stand-in. It asks for the password, and gives nobody any right. */

import { spawnSync } from 'node:child_process';
import { fail } from '../fail.ts';
import type { StandIn } from '../state.ts';

/** man sudo: the password may be wrong three times. */
const TRIES = 3;

export function main(mac: StandIn, args: readonly string[]): void {
  const end = args.indexOf('--');
  const options = args.slice(0, end);
  const [command, ...commandArgs] = args.slice(end + 1);
  const askpass = process.env['SUDO_ASKPASS'];
  if (end === -1 || command === undefined || !options.includes('-A') || !askpass) {
    fail('usage: sudo -A -- command');
  }
  const { account } = mac.read();
  const promptAt = options.indexOf('-p');
  const prompt = promptAt === -1 ? 'Password:' : (options[promptAt + 1] ?? '');
  for (let attempt = 1; ; attempt++) {
    const asked = spawnSync(askpass, [prompt], { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
    const password = asked.stdout.replace(/\n$/, '');
    if (asked.status !== 0 || password === '') fail('sudo: no password was provided');
    if (password === account.password) break;
    if (attempt === TRIES) fail(`sudo: ${TRIES} incorrect password attempts`);
    process.stderr.write('Sorry, try again.\n');
  }
  if (!account.mayUseSudo) fail('user is not in the sudoers file.');
  const { status, signal } = spawnSync(command, commandArgs, { stdio: 'inherit' });
  process.exitCode = status ?? (signal ? 1 : 0);
}
