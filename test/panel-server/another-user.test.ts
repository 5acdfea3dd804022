/** Another user of the same computer, in a process that really is theirs: the panel's port is open to everybody. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRedirectFile } from '../../src/panel-server/redirect-file.ts';
import { STRANGER_UID } from '../helper/caller-rig.ts';
import { needsRoot } from '../support/tools.ts';
import { dismiss, Visitor } from './visitor.ts';

const run = promisify(execFile);

/** Tries what can be tried without a secret, and prints what came of each. */
const ATTEMPTS = `
  const fs = require('node:fs');
  const [port, file, folder, base] = process.argv.slice(1);
  const errno = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
  const origin = 'http://127.0.0.1:' + port;
  const ask = async (path, init) => (await fetch(origin + path, { redirect: 'manual', ...init })).status;
  const post = (path, type, body) => ask(path, { method: 'POST', body, headers: { 'content-type': type, origin } });
  (async () => console.log(JSON.stringify({
    read: errno(() => fs.readFileSync(file)),
    list: errno(() => fs.readdirSync(folder)),
    page: await ask('/'),
    panel: await ask(base),
    snapshots: await ask(base + 'snapshots'),
    command: await post(base + 'command', 'application/json', ${JSON.stringify(dismiss)}),
    query: await post(base + 'ask', 'application/json', '{}'),
    enter: await post('/enter', 'application/x-www-form-urlencoded', 'token=' + '0'.repeat(64)),
  })))();
`;

describe.skipIf(needsRoot())('another user of this computer', () => {
  let visitor: Visitor;
  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });
  afterEach(() => visitor.leave());

  it('reaches the port and nothing behind it, not even knowing the secret address', async () => {
    const { base } = await visitor.enter();
    const file = await writeRedirectFile('http://127.0.0.1:1/enter', 'ab'.repeat(32));
    try {
      expect(readFileSync(file.path, 'utf8')).toContain('ab'.repeat(32));
      const args = ['-e', ATTEMPTS, String(visitor.port), file.path, dirname(file.path), base];
      const { stdout } = await run(process.execPath, args, {
        cwd: '/',
        uid: STRANGER_UID,
        gid: STRANGER_UID,
        env: {},
      });
      expect(JSON.parse(stdout)).toEqual({
        ...{ read: 'EACCES', list: 'EACCES', page: 403, panel: 403, snapshots: 403 },
        ...{ command: 403, query: 403, enter: 403 },
      });
      expect(visitor.desk.commands).toEqual([]);
    } finally {
      await file.remove();
    }
  });

  it('cannot use what was let in before: every start has its own secrets', async () => {
    const { base, cookie } = await visitor.enter();
    expect((await visitor.ask('GET', base, { Cookie: cookie })).status).toBe(200);
    const again = await Visitor.arrive();
    try {
      const inside = await again.enter();
      expect((await again.ask('GET', base, { Cookie: cookie })).status).toBe(403);
      expect((await again.ask('GET', inside.base, { Cookie: cookie })).status).toBe(403);
      const headers = again.ours(cookie);
      expect((await again.ask('POST', `${inside.base}command`, headers, dismiss)).status).toBe(403);
      const old = `token=${await visitor.server.open().then(() => visitor.token())}`;
      const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null' };
      expect((await again.ask('POST', '/enter', form, old)).status).toBe(403);
      expect(again.desk.commands).toEqual([]);
    } finally {
      await again.leave();
    }
  });
});
