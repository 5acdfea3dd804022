/** Tries to connect to a Unix socket as another user, in a process that really is that user's. */

import { spawn } from 'node:child_process';
import { STRANGER_UID } from './caller-rig.ts';

const ATTEMPT = `
  require('node:net').connect({ path: process.argv[1] })
    .on('connect', () => { console.log('connected'); process.exit(); })
    .on('error', (error) => { console.log(error.code); });
`;

/** "connected", or the errno. */
export async function strangerConnects(socketPath: string): Promise<string> {
  const child = spawn(process.execPath, ['-e', ATTEMPT, socketPath], {
    cwd: '/',
    uid: STRANGER_UID,
    gid: STRANGER_UID,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise((done) => child.once('close', done));
  return said.trim();
}
