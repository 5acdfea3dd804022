import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { needsRoot } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep, temporaryFolder } from './run-pikeep.ts';

const NOBODY = 65534;

let folder: ReturnType<typeof temporaryFolder>;
let slot: string;

function run(...args: readonly string[]): Promise<Ended> {
  const env = { XDG_STATE_HOME: join(folder.path, 'state') };
  return pikeep([...args, '--slot', slot, '--library', join(folder.path, 'backups of ann')], {
    env,
  });
}

describe('the report of doctor', { timeout: 90_000 }, () => {
  beforeEach(async () => {
    folder = temporaryFolder();
    slot = join(folder.path, 'slot');
    mkdirSync(slot);
    await writeSampleCard(join(slot, 'octopi of ann.img'));
  });
  afterEach(() => folder.remove());

  it('tells of the last work with its doors, times and speed, and nothing personal', async () => {
    expect((await run('backup', 'octopi of ann')).code).toBe(0);
    expect((await run('backup', 'octopi of ann', '--to', '/proc')).code).not.toBe(0);
    const { code, stdout } = await run('doctor', '--report');
    expect(code).toBe(0);
    expect(stdout).toMatch(/### \d{4}-\d\d-\d\d \d\d:\d\d backup: done/);
    expect(stdout).toMatch(/- door job=#[0-9a-f]{6} door=direct way=read seconds=/);
    expect(stdout).toContain('phase=copying');
    expect(stdout).toMatch(/### .* backup: failed, [A-Z_]+/);
    expect(stdout).toMatch(/ start program=cli version=\S+ command=backup/);
    const secrets = [hostname(), 'octopi', 'ann', 'raspberry', folder.path, slot, 'backups of'];
    // The name of the user of this test can be a word of the report ("root").
    const { username } = userInfo();
    for (const secret of username === 'root' ? secrets : [...secrets, username]) {
      expect(stdout.toLowerCase()).not.toContain(secret.toLowerCase());
    }
  });

  it('is there for scripts, documented, and as a file that is not overwritten', async () => {
    expect((await run('verify', '/nonexistent/octopi.img')).code).not.toBe(0);
    const { events, last } = await run('doctor', '--report', '--json');
    expect(undocumented(events)).toEqual([]);
    expect(last).toMatchObject({
      report: { slot: true, readers: [{ medium: null, protocol: 'slot', verdict: 'offered' }] },
      page: expect.stringContaining('# PiKeep report'),
      file: null,
    });
    const file = join(folder.path, 'report.md');
    expect((await run('doctor', '--report', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('# PiKeep report');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    const again = await run('doctor', '--report', file, '--json');
    expect(again.last).toMatchObject({ event: 'error', code: 'DESTINATION_EXISTS' });
  });

  it('says of each card how it would be opened', async () => {
    const { last, events } = await run('doctor', '--json');
    expect(undocumented(events)).toEqual([]);
    expect(last['access']).toMatchObject([
      { id: 'octopi of ann.img', door: 'direct', kind: null, steps: [] },
    ]);
    expect((await run('doctor')).stdout).toContain('opens by “direct”');
  });

  it.skipIf(needsRoot())(
    'leads an ordinary user to a card that is closed, with the steps of the panel',
    async () => {
      chmodSync(join(slot, 'octopi of ann.img'), 0o600);
      chmodSync(folder.path, 0o755);
      const look = ['doctor', '--slot', slot, '--library', folder.path];
      const { code, stdout } = await pikeep(look, { uid: NOBODY });
      expect(code).toBe(0);
      expect(stdout).toContain('cannot be opened, see below');
      expect(stdout).toMatch(
        /: Your user account may not open this\. .*\n +1\. Give your user account permission/,
      );
      const { last } = await pikeep([...look, '--json'], { uid: NOBODY });
      expect(last['access']).toMatchObject([
        { door: null, kind: 'access', steps: [expect.any(String)] },
      ]);
    },
  );
});
