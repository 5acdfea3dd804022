/**
 * `npm run idle`: what PiKeep costs while nothing happens. Starts `pikeep panel`, lets it watch for some minutes and counts
 * the processor time of the process and of everything it started. Linux; as any user.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildPanel } from './build-panel.ts';
import { type PanelProcess, startPanel } from './panel-process.ts';
import { writeSampleCard } from './sample-card.ts';
import { cpuSeconds, processesBelow } from './soak/processor.ts';

const usage = `npm run idle -- [--minutes N] [--settle SECONDS] [--slot]

  --minutes  how long (default: 10)
  --settle   seconds after the start that do not count (default: 20)
  --slot     watch a folder with two cards in it instead of this computer's disks`;

/** Share of one core. */
const BAR = 0.001;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    settle: { type: 'string', default: '20' },
    slot: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await measure(Number(values.minutes) * 60, Number(values.settle));

async function measure(seconds: number, settle: number): Promise<void> {
  if (!(seconds > 0 && settle >= 0)) throw new Error(usage);
  await buildPanel();
  const root = mkdtempSync(join(tmpdir(), 'pikeep-idle-'));
  const desk = await startDesk(root);
  try {
    await delay(settle * 1000);
    const [before, began] = [spent(desk.pid), performance.now()];
    await delay(seconds * 1000);
    const [after, ended] = [spent(desk.pid), performance.now()];
    const children = processesBelow(desk.pid).length;
    report({ used: after - before, passed: (ended - began) / 1000, children });
  } finally {
    await desk.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

interface Figures {
  /** Seconds of processor time. */
  readonly used: number;
  /** Seconds. */
  readonly passed: number;
  readonly children: number;
}

function report({ used, passed, children }: Figures): void {
  const share = used / passed;
  const [load = 0] = loadavg();
  const what = values.slot ? 'a slot with two cards' : 'this computer’s disks';
  console.log(`watching ${what} for ${(passed / 60).toFixed(1)} min`);
  console.log(`processor time ${used.toFixed(2)} s, with ${children} processes below it`);
  console.log(`${(share * 100).toFixed(3)} % of one core; bar ${(BAR * 100).toFixed(1)} %`);
  console.log(`load of the computer at the end: ${load.toFixed(1)}`);
  if (share > BAR) process.exitCode = 1;
}

/** Of a process with everything below it, and of what it has outlived. */
function spent(pid: number): number {
  return [pid, ...processesBelow(pid)].reduce((sum, one) => sum + cpuSeconds(one), 0);
}

/** In a home of its own, so that the library of whoever measures does not count. */
async function startDesk(root: string): Promise<PanelProcess> {
  const slot = values.slot ? ['--slot', await makeSlot(root)] : [];
  return startPanel({
    args: ['--library', join(root, 'library'), ...slot],
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: root,
      XDG_CONFIG_HOME: join(root, 'config'),
      XDG_STATE_HOME: join(root, 'state'),
      XDG_CACHE_HOME: join(root, 'cache'),
    },
  });
}

async function makeSlot(root: string): Promise<string> {
  const slot = join(root, 'slot');
  mkdirSync(slot);
  for (const name of ['octopi.img', 'pihole.img']) await writeSampleCard(join(slot, name));
  return slot;
}
