/** `pikeep inspect`: what is on a card or in an image. */

import type { Command } from 'commander';
import { formatBytes, formatPortion } from '../../engine/format.ts';
import type { InspectResult } from '../../worker/results.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { seenTarget, unpackingIfAgreed } from '../files-target.ts';
import { portraitRows } from '../portrait-rows.ts';
import { unfinishedWords, unprovenWords } from '../restore-question.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';
import { sourceOf, work } from '../work.ts';
import { wrap } from '../wrap.ts';

/** Columns of a terminal that nobody made wider. */
const WIDTH = 80;
/** The widest name of a fact, with what stands around it. */
const NAME_WIDTH = 16;

export function defineInspect(program: Command, run: Run): void {
  program
    .command('inspect <disk-or-image>')
    .description('Show the partitions of a card or an image, and whose Pi it belongs to.')
    .option('--unpack', 'unpack an image of another program first, where that is needed')
    .action((target: string, { unpack }: { unpack?: true }, command: Command) =>
      run(command, (session) => inspect(session, target, unpack === true)),
    );
}

async function inspect(session: Session, name: string, unpack: boolean): Promise<ExitCode> {
  const { target, unproven } = await seenTarget(session, name);
  session.printer.start({ facts: { command: 'inspect', target }, lines: [] });
  const { library } = session;
  const source = sourceOf(session);
  const result = await unpackingIfAgreed(session, unpack, (unpacking) =>
    work(session, { task: 'inspect', target, library, source, ...unpacking }),
  );
  const { task, ...fields } = result;
  session.printer.done({
    facts: { command: task, ...fields, unproven },
    lines: lines(result, unproven),
  });
  return exitCodes.done;
}

function lines(result: InspectResult, unproven: string | null): string[] {
  const { title, bytes, sectorBytes, scheme, tableId, pi, evidence, unfinished } = result;
  const facts = [
    ['  Raspberry Pi', `${piWords[pi]} (${evidence.join('; ')})`],
    ...(unfinished === null ? [] : [['  State', unfinishedWords(unfinished)]]),
    ...(unproven === null ? [] : [['  State', unprovenWords(unproven)]]),
    ...portraitRows(result),
    ['  Size', `${formatBytes(bytes)}, sectors of ${sectorBytes} bytes`],
    ['  Partitions', `${schemeWords[scheme]}${tableId === null ? '' : `, id ${tableId}`}`],
  ];
  const partitions = result.partitions.map((part) => [
    `  ${part.index}`,
    formatBytes(part.bytes),
    part.fileSystem ?? '-',
    part.usedBytes === null ? '-' : formatBytes(part.usedBytes),
    part.strategy === 'whole' ? 'whole' : 'used',
    part.journal ?? '-',
    part.label ?? '-',
    part.typeName,
  ]);
  const header = ['  #', 'SIZE', 'FILE SYSTEM', 'USED', 'COPIED', 'JOURNAL', 'LABEL', 'TYPE'];
  return [
    title,
    ...tableLines(facts.flatMap(([name = '', value = '']) => folded(name, value))),
    ...(partitions.length === 0 ? [] : ['', ...tableLines([header, ...partitions])]),
    '',
    readWords(result),
    ...section('Copied whole', wholeReasons(result)),
    ...section(
      'File system ids',
      result.partitions.flatMap(({ index, uuid }) =>
        uuid === null ? [] : [`partition ${index}: ${uuid}`],
      ),
    ),
    ...section(
      'Checks',
      result.checks.map(({ name, ok, detail }) => `${ok ? 'ok ' : 'BAD'} ${name}: ${detail}`),
    ),
    ...section('Notes', result.warnings),
  ];
}

function readWords({ bytes, readBytes }: InspectResult): string {
  if (readBytes === bytes) return `A backup reads all ${formatBytes(bytes)}.`;
  const free = formatBytes(bytes - readBytes);
  return `A backup reads ${formatPortion(readBytes, bytes)}; ${free} are proven free.`;
}

function wholeReasons({ partitions }: InspectResult): string[] {
  return partitions.flatMap(({ index, reason }) =>
    reason === null ? [] : [`partition ${index}: ${reason}`],
  );
}

const piWords = { yes: 'yes', likely: 'likely', no: 'no' } as const;
const schemeWords = { mbr: 'MBR', gpt: 'GPT', none: 'no partition table' } as const;

/** A fact as rows of a table that fits the width: what does not fit goes on below. */
function folded(name: string, value: string): string[][] {
  return wrap(value, WIDTH - NAME_WIDTH).map((line, row) => [row === 0 ? name : '', line]);
}

function section(heading: string, entries: readonly string[]): string[] {
  const lines = entries.flatMap((entry) =>
    wrap(entry, WIDTH - 4).map((line, row) => (row === 0 ? `  ${line}` : `    ${line}`)),
  );
  return lines.length === 0 ? [] : ['', heading, ...lines];
}
