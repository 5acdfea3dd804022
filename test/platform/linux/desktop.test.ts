import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createLinuxDesktop } from '../../../src/platform/linux/desktop.ts';
import { type LinuxTools, systemTools } from '../../../src/platform/linux/tools.ts';
import { eventually } from '../../support/eventually.ts';
import { type ScriptTool, scriptTool } from '../../support/script-tool.ts';
import { needsSystem } from '../../support/tools.ts';

describe.skipIf(needsSystem('linux'))('the desktop', () => {
  const made: ScriptTool[] = [];
  afterEach(async () => {
    for (const tool of made.splice(0)) await tool.remove();
  });
  async function standIn(body: string): Promise<ScriptTool> {
    const tool = await scriptTool(body);
    made.push(tool);
    return tool;
  }

  /** Says its process id, then runs what it was given, as systemd-inhibit does. */
  const inhibit = 'echo $$ > "$0.pid"; shift 4; exec "$@"';
  async function pidOf(tool: ScriptTool): Promise<number> {
    let pid = 0;
    await eventually('the lock is held', async () => {
      pid = Number(await readFile(`${tool.program}.pid`, 'utf8').catch(() => ''));
      return pid > 0 && (await isAlive(pid));
    });
    return pid;
  }
  async function isAlive(pid: number): Promise<boolean> {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    return state !== null && !/\) Z /.test(state);
  }

  test('is kept awake until released', async () => {
    const tool = await standIn(inhibit);
    const tools: LinuxTools = { ...systemTools, 'systemd-inhibit': tool.program };
    const awake = createLinuxDesktop(tools).keepAwake('Backing up octopi');
    const pid = await pidOf(tool);
    expect(await tool.calls()).toEqual([
      ['--what=idle:sleep', '--who=PiKeep', '--why=Backing up octopi', '--mode=block', 'cat'],
    ]);
    awake.release();
    awake.release();
    await eventually('the lock is given back', async () => !(await isAlive(pid)));
  });

  test('may sleep again when PiKeep was killed', async () => {
    const tool = await standIn(inhibit);
    const module = new URL('../../../src/platform/linux/desktop.ts', import.meta.url).href;
    const tools = JSON.stringify({ ...systemTools, 'systemd-inhibit': tool.program });
    const script = `import { createLinuxDesktop } from '${module}';
      createLinuxDesktop(${tools}).keepAwake('test'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    const pid = await pidOf(tool);
    child.kill('SIGKILL');
    await eventually('the lock is given back', async () => !(await isAlive(pid)));
  });

  test('that knows no locks is no error', async () => {
    const tools: LinuxTools = { ...systemTools, 'systemd-inhibit': '/no/systemd-inhibit' };
    const awake = createLinuxDesktop(tools).keepAwake('test');
    awake.release();
  });

  test('shows a file in the file manager, whatever its name', async () => {
    const gdbus = await standIn('exit 0');
    const opener = await standIn('exit 0');
    const tools = { ...systemTools, gdbus: gdbus.program, 'xdg-open': opener.program };
    await createLinuxDesktop(tools).reveal("/home/pi/O'Neill's Pi/a #1.img");
    const [call] = await gdbus.calls();
    expect(call?.at(-2)).toBe("['file:///home/pi/O%27Neill%27s%20Pi/a%20%231.img']");
    expect(call?.at(-1)).toBe("''");
    expect(await opener.calls()).toEqual([]);
  });

  test('opens the folder where no file manager answers', async () => {
    const gdbus = await standIn('exit 1');
    const opener = await standIn('exit 0');
    const tools = { ...systemTools, gdbus: gdbus.program, 'xdg-open': opener.program };
    await createLinuxDesktop(tools).reveal('/home/pi/PiKeep/octopi.img');
    expect(await opener.calls()).toEqual([['/home/pi/PiKeep']]);
  });

  test('that can show nothing says so', async () => {
    const none = { ...systemTools, gdbus: '/no/gdbus', 'xdg-open': '/no/xdg-open' };
    await expect(createLinuxDesktop(none).reveal('/a/b')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
    });
    const failing = await standIn('echo "no browser" >&2; exit 3');
    const tools = { ...none, 'xdg-open': failing.program };
    await expect(createLinuxDesktop(tools).reveal('/a/b')).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      facts: { tool: 'xdg-open', detail: 'no browser' },
    });
  });

  test('opens no address at all', async () => {
    await expect(
      createLinuxDesktop(systemTools).openExternal('https://example.org'),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
