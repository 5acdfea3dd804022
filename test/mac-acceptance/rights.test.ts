import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachedDisk } from '../../scripts/mac-acceptance/mac-world.ts';
import { Rights } from '../../scripts/mac-acceptance/rights.ts';

const RIGHT = 'sys.openfile.readonly./dev/rdisk4';
const source = resolve(import.meta.dirname, '../../scripts/mac-acceptance/rights.ts');

describe('a right that is allowed beforehand', () => {
  let folder: string;
  const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  const sudo = () => join(folder, 'sudo');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-rights-'));
    writeFileSync(join(folder, 'log'), '');
    const script = `#!/bin/sh\necho "$*" >>'${folder}/log'\n`;
    writeFileSync(sudo(), script, { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const calls = [
    `-n /usr/bin/security authorizationdb write ${RIGHT} allow`,
    `-n /usr/bin/security authorizationdb remove ${RIGHT}`,
  ];

  /** A process that holds the right and then does what `end` says. */
  async function hold(end: string): Promise<ReturnType<typeof spawn>> {
    const script = `
      const { Rights } = await import(${JSON.stringify(source)});
      const rights = new Rights({ sudo: ${JSON.stringify(sudo())}, security: '/usr/bin/security' });
      rights.allow(${JSON.stringify(RIGHT)});
      console.log('held');
      ${end}`;
    const args = ['--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    return child;
  }

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is taken back at %s', async (signal) => {
    const child = await hold('setInterval(() => {}, 1000);');
    expect(log()).toEqual(calls.slice(0, 1));
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    expect(log()).toEqual(calls);
  });

  it.each([
    ['an error that nobody catches', "setTimeout(() => { throw new Error('x'); }, 10);"],
    ['the end', ''],
  ])('is taken back at %s', async (_, end) => {
    const child = await hold(end);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(log()).toEqual(calls);
  });

  it('is for one raw disk, and no other right', () => {
    const rights = new Rights({ sudo: sudo(), security: '/usr/bin/security' });
    for (const right of [
      'system.privilege.admin',
      'sys.openfile.readonly./etc/sudoers',
      'sys.openfile.readonly./dev/rdisk0',
      'sys.openfile.readwritecreate./dev/rdisk4',
      `${RIGHT}/../mem`,
    ]) {
      expect(() => rights.allow(right)).toThrow(/not a right for a raw disk/);
    }
    expect(log()).toEqual(['']);
    rights.allow(RIGHT);
    rights.allow(RIGHT.replace('disk4', 'disk5'));
    expect(log().map((line) => line.split(' ').slice(3).join(' '))).toEqual([
      `write ${RIGHT} allow`,
      `remove ${RIGHT}`,
      `write ${RIGHT.replace('disk4', 'disk5')} allow`,
    ]);
    rights.takeBack();
  });
});

describe('what hdiutil attached', () => {
  it('is the whole disk among its lines', () => {
    const printed = [
      '/dev/disk4          \tFDisk_partition_scheme         \t',
      '/dev/disk4s1        \tWindows_FAT_32                 \t',
      '/dev/disk4s2        \tLinux                          \t',
    ].join('\n');
    expect(attachedDisk(printed)).toBe('disk4');
    expect(() => attachedDisk('hdiutil: attach failed')).toThrow(/attached no disk/);
  });
});
