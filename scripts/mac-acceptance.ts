/**
 * `node scripts/mac-acceptance.ts`: does this Mac do what PiKeep takes for granted? It attaches images of its own making and
 * needs no card. Each assumption gets a verdict: passed, failed, needs a human, or not here.
 */

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from './mac-acceptance/check.ts';
import { allChecks } from './mac-acceptance/checks/all.ts';
import { openMac } from './mac-acceptance/mac-world.ts';
import { createRecorder } from './mac-acceptance/recorder.ts';
import { runChecks } from './mac-acceptance/run-checks.ts';
import { Stage } from './mac-acceptance/stage.ts';

const root = resolve(import.meta.dirname, '..');

const usage = `Usage: node scripts/mac-acceptance.ts [--list] [--interactive | --allow-rights] [--app PiKeep.app] [--to FOLDER]
  --list          only say what is checked
  --interactive   somebody is there to answer the system's dialogs
  --allow-rights  nobody is: allow the one right for the one device through sudo, and take it back
  --app           also run the program of this package
  --to            where findings and new answers of diskutil go (dist/mac-acceptance)`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      list: { type: 'boolean', default: false },
      interactive: { type: 'boolean', default: false },
      'allow-rights': { type: 'boolean', default: false },
      app: { type: 'string' },
      to: { type: 'string', default: join(root, 'dist/mac-acceptance') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || (values.interactive && values['allow-rights'])) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const checks = allChecks(values.app === undefined ? null : resolve(values.app));
  if (values.list) {
    for (const { name, assumption, source, how } of checks) {
      const who = 'steps' in how ? `by hand: ${how.steps}` : 'by itself';
      console.log(`${name}\n  ${assumption}\n  known from: ${source}\n  ${who}`);
    }
    return 0;
  }
  const obstacle = obstacleHere();
  if (obstacle !== null) {
    console.error(`${obstacle} --list says what would be checked.`);
    return 1;
  }
  const dialogs = values.interactive ? 'answered' : values['allow-rights'] ? 'unneeded' : 'nobody';
  return check(checks, dialogs, resolve(values.to));
}

function obstacleHere(): string | null {
  if (process.platform !== 'darwin') return `This is ${process.platform}; only a Mac can be asked.`;
  if (process.getuid?.() === 0) return 'As root every door is open: run it as an ordinary user.';
  return null;
}

async function check(
  checks: ReturnType<typeof allChecks>,
  dialogs: 'answered' | 'unneeded' | 'nobody',
  to: string,
): Promise<number> {
  const world = await openMac(dialogs);
  console.log(world.system);
  const recorder = await createRecorder({
    diskutil: world.places.tools.diskutil,
    devices: world.places.devices,
    folder: join(to, 'diskutil'),
    known: [join(root, 'test/fixtures/diskutil')],
  });
  await recorder.look('before');
  // Below the home folder, because a temporary one may lie elsewhere than backups do.
  const folder = await mkdtemp(join(homedir(), '.pikeep-acceptance-'));
  const stage = await Stage.prepare(world, folder, recorder);
  try {
    const findings = await runChecks(checks, stage, tell);
    await recorder.look('after');
    return await report(findings, world.system, recorder.files, to);
  } finally {
    await stage.close();
  }
}

function tell({ verdict, name, detail }: Finding): void {
  console.log(`${verdict.padEnd(13)}  ${name.padEnd(26)}  ${detail.replaceAll('\n', ' ')}`);
}

async function report(
  findings: readonly Finding[],
  system: string,
  recorded: readonly string[],
  to: string,
): Promise<number> {
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'findings.json'), `${JSON.stringify({ system, findings }, null, 2)}\n`);
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  console.log(
    `\n${count('passed')} passed, ${count('failed')} failed, ${count('needs a human')} need a human, ${count('not here')} not here`,
  );
  if (recorded.length > 0)
    console.log(`${recorded.length} new answers of diskutil are in ${to}/diskutil`);
  return count('failed') === 0 ? 0 : 1;
}

if (import.meta.main) process.exit(await main());
