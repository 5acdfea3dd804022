import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pikeep, script, temporaryFolder } from './run-pikeep.ts';

const commands = [
  'list',
  'inspect',
  'backup',
  'verify',
  'restore',
  'watch',
  'panel',
  'protect',
  'settings',
  'doctor',
  'demo',
];

describe('the command line', () => {
  it('has help that names every command and the exit codes, on stdout', async () => {
    const { code, stdout, stderr } = await pikeep(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toContain('5 permission is missing');
  });

  it.each(commands)('%s has help of its own', async (command) => {
    const { code, stdout } = await pikeep([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: pikeep ${command}`);
  });

  it('prints the version of package.json', async () => {
    const file = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    expect((await pikeep(['--version'])).stdout).toBe(`${version}\n`);
  });

  it.each([
    ['an unknown option', ['list', '--colour']],
    ['an unknown command', ['restroe']],
    ['no command', []],
    ['a missing argument', ['backup']],
    ['one argument too many', ['verify', 'a.img', 'b.img']],
    ['a door that does not exist', ['list', '--door', 'window']],
    ['a format nobody knows', ['backup', 'x', '--format', 'iso']],
    ['a proof nobody knows', ['backup', 'x', '--verify', 'moon']],
    ['a restore without an image', ['restore']],
    ['an undo with an image', ['restore', 'a.img', '--undo', 'sdb']],
    ['two modes at once', ['restore', 'a.img', 'sdb', '--full', '--differential']],
    ['a way to grow that nobody knows', ['restore', 'a.img', 'sdb', '--grow', 'later']],
    ['a mark for no disk', ['protect']],
    ['a mark and a list', ['protect', 'sdb', '--list']],
    ['a mark that is not there', ['protect', '--remove', 'nothing']],
    ['a setting that does not exist', ['settings', 'colour', 'on']],
    ['no days', ['settings', 'remind', '0']],
    ['a language nobody speaks here', ['settings', 'language', 'tlh']],
    ['a value that is none', ['settings', 'eject-when-done', 'perhaps']],
    ['an empty path', ['list', '--slot', '']],
    ['a slot that is not there', ['list', '--slot', '/nonexistent/slot']],
  ])('%s is wrong usage: exit 2, said in words and as an event', async (_what, args) => {
    const text = await pikeep(args);
    expect(text.code).toBe(2);
    expect(text.stdout).toBe('');
    expect(text.stderr).toContain('pikeep --help');
    expect(text.stderr).not.toMatch(/\bat .*\.ts:/);
    const json = await pikeep([...args, '--json']);
    expect(json.code).toBe(2);
    expect(json.stderr).toBe('');
    expect(json.events).toHaveLength(1);
    expect(json.last).toMatchObject({ event: 'error', code: 'USAGE' });
  });

  it('runs through links and from any folder', async () => {
    const folder = temporaryFolder();
    try {
      symlinkSync(script, join(folder.path, 'first'));
      symlinkSync('first', join(folder.path, 'second'));
      const { code, stdout } = await pikeep(['--version'], {
        command: join(folder.path, 'second'),
        cwd: '/',
      });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    } finally {
      folder.remove();
    }
  });

  it('does not become a worker or a helper for whoever types that', async () => {
    const worker = await pikeep(['worker']);
    expect(worker.code).not.toBe(0);
    const helper = await pikeep(['helper', '/tmp/nothing']);
    expect(helper.code).toBe(1);
  });
});
