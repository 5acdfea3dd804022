/** Every command of the documents is typed into a terminal as it stands there, one after the other, and does what it says. */

import { copyFileSync, existsSync, globSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { startPikeep } from '../cli/run-pikeep.ts';
import { tool } from '../support/file-systems.ts';
import { enlargeCard } from '../support/large-card.ts';
import { needsTools } from '../support/tools.ts';
import { commandsIn, type DocumentedCommand } from './fences.ts';
import { type DocumentShell, documentShell, forgetSettings } from './shell.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Commands that are about a checkout or a package, and not about cards: others run these (`newcomer.slow.test.ts`, `.ci`). */
const elsewhere = /^(npm|npx|sudo|git|node) /;

/** The image that the documents speak of, as a shell and as people write it. */
const named = /octopi\\ 2026-11-22\\ 16\.40\.img/g;

let shell: DocumentShell;
let sample: string;

/** Puts a card in, all at once. */
function insert(name: string): string {
  const path = join(shell.cards, name);
  copyFileSync(sample, path);
  return path;
}

/** The newest backup of octopi in the library, as one would type it. */
function newestImage(): string {
  const folder = join(shell.home, 'PiKeep', 'octopi');
  const images = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^octopi [\d-]+ [\d.]+( \d+)?\.img$/.test(name))
    : [];
  return (images.toSorted().at(-1) ?? 'octopi 2026-11-22 16.40.img').replaceAll(' ', '\\ ');
}

/** Bytes: nearly all of it is a hole, and an idle computer reads 8 GiB of those in a second. It has to last until it is ended. */
const LARGE = 16 * GIB;

/** A backup that was ended in the middle. */
async function cutOff(): Promise<void> {
  const card = join(shell.home, 'large');
  copyFileSync(sample, card);
  await enlargeCard(card, LARGE);
  tool('mv', [card, join(shell.cards, 'disk4.img')]);
  const args = ['backup', 'disk4', '--slot', shell.cards, '--json'];
  const backup = startPikeep(args, { env: shell.env });
  await backup.untilEvent(
    ({ event, phase, bytes }) =>
      event === 'progress' && phase === 'proving' && Number(bytes) > 256 * MIB,
  );
  backup.child.kill('SIGTERM');
  expect((await backup.ended).code).toBe(130);
}

/** What has to be there before the commands of a section are typed. */
const stages: { readonly [section: string]: () => Promise<void> | void } = {
  'Move to a card of another size': () => truncateSync(insert('disk5.img'), 256 * MIB),
  'A backup that was cut off': cutOff,
  'What macOS asks, and why': () => void insert('disk4.img'),
  'Several cards at once': () => void insert('disk5.img'),
  'Images from elsewhere': () => {
    const image = join(shell.home, 'Downloads', 'raspios.img');
    copyFileSync(sample, image);
    tool('xz', ['-1', image]);
  },
};

/** What is true afterwards; most commands are content with their exit code. */
const outcomes: { readonly [line: string]: () => void } = {
  'pikeep backup disk4 --to ~/Desktop/octopi.img.gz': () =>
    tool('gzip', ['-t', join(shell.home, 'Desktop/octopi.img.gz')]),
  'pikeep restore ~/Downloads/raspios.img.xz disk5': () =>
    tool('cmp', ['-n', `${100 * MIB}`, sample, join(shell.cards, 'disk5.img')]),
  'pikeep backup disk4 --continue': () =>
    expect(globSync(join(shell.home, 'PiKeep/**/*.partial'))).toEqual([]),
};

/** Shown by a command that runs until Ctrl-C, once it has begun. */
const endless: { readonly [line: string]: string } = { 'pikeep watch --auto': 'octopi' };

async function type({ section, line }: DocumentedCommand): Promise<void> {
  const until = Object.hasOwn(endless, line) ? endless[line] : undefined;
  const { code, output } = await shell.type(line.replaceAll(named, newestImage()), until);
  expect(code, `${section}: ${line}\n${output}`).toBe(until === undefined ? 0 : 130);
  if (Object.hasOwn(outcomes, line)) outcomes[line]?.();
}

describe
  .skipIf(needsTools('script', 'xz', 'gzip', 'cmp', 'jq'))
  .each(['docs/guide.md', 'docs/diagnostics.md', 'docs/scripting.md', 'README.md'])(
  '%s',
  (document) => {
    const commands = commandsIn(document).filter(({ line }) => !elsewhere.test(line));
    const sections = [...new Set(commands.map(({ section }) => section))];

    beforeAll(async () => {
      shell = documentShell();
      sample = join(shell.home, 'sample');
      await writeSampleCard(sample);
      insert('disk4.img');
    });
    afterAll(() => shell.remove());

    it.each(sections)('%s', async (section) => {
      await stages[section]?.();
      try {
        for (const command of commands.filter((one) => one.section === section))
          await type(command);
      } finally {
        forgetSettings(shell);
      }
    });
  },
);

it('no stage and no outcome is for something that is told nowhere', () => {
  const all = ['docs/guide.md', 'docs/diagnostics.md', 'docs/scripting.md', 'README.md'];
  const told = all.flatMap(commandsIn);
  const lines = new Set(told.map(({ line }) => line));
  const sections = new Set(told.map(({ section }) => section));
  expect([...Object.keys(outcomes), ...Object.keys(endless)].filter((l) => !lines.has(l))).toEqual(
    [],
  );
  expect(Object.keys(stages).filter((section) => !sections.has(section))).toEqual([]);
});
