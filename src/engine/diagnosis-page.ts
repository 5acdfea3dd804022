/** A report as one page of Markdown that can be pasted into a question or a bug report. Pure. */

import { inEnglish } from '../language/english.ts';
import {
  type Diagnosis,
  type JobRecord,
  type LoggedLine,
  type ReaderFacts,
  textOf,
} from './diagnosis.ts';
import { formatBytes } from './format.ts';
import type { Redacted } from './redact.ts';
import { sparkline } from './speed-samples.ts';

/** Letters of the picture of the speed. */
const WIDTH = 60;

export function diagnosisPage(found: Diagnosis): string {
  return inEnglish(() => pageOf(found));
}

function pageOf(found: Diagnosis): string {
  const { doors, readers, jobs, log, trouble } = found;
  return [
    '# PiKeep report',
    '',
    ...heading(found),
    '',
    '## Ways of opening a card',
    '',
    ...doors.map(({ name, available, reason }) => {
      return `- ${name}: ${available ? 'there' : 'not there'} (${reason})`;
    }),
    '',
    '## Readers and cards',
    '',
    ...(trouble === null ? [] : [`- The disks could not be listed: ${trouble}`]),
    ...orNone(readers.map(readerLine)),
    '',
    '## Last work',
    '',
    ...orNone(jobs.toReversed().flatMap(jobLines)),
    '',
    '## Last lines of the log',
    '',
    '```text',
    ...orNone(log.map(logLine), '(nothing)'),
    '```',
    '',
  ].join('\n');
}

function heading({ settings, ...found }: Diagnosis): string[] {
  const { fileSystem, freeBytes, network, neverTouch } = settings;
  const volume = [
    fileSystem ?? 'unknown',
    ...(freeBytes === null ? [] : [`${formatBytes(freeBytes)} free`]),
    ...(network ? ['on the network'] : []),
  ];
  const rows = [
    ['PiKeep', `${found.version} (${found.program})`],
    ['Node', `${found.node}${found.electron === null ? '' : `, Electron ${found.electron}`}`],
    ['System', `${found.system} ${found.release ?? ''} ${found.arch}`.replace(/ {2,}/g, ' ')],
    ['Cards from', found.slot ? 'a folder (--slot)' : 'this computer'],
    ['Library on', volume.join(', ')],
    ['Settings', settingsWords(settings)],
    ['Disks never touched', String(neverTouch)],
    ['Written', found.at],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
}

function settingsWords({ ejectWhenDone, showOtherExternal }: Diagnosis['settings']): string {
  const onOff = (value: boolean): string => (value ? 'on' : 'off');
  return `eject when done ${onOff(ejectWhenDone)}, other external disks ${onOff(showOtherExternal)}`;
}

function readerLine(reader: ReaderFacts): string {
  const { medium, protocol, bytes, sectorBytes, removable, writable, verdict } = reader;
  const words = [
    medium ?? 'no name',
    protocol,
    formatBytes(bytes),
    `sectors of ${sectorBytes} bytes`,
    ...(removable === null ? [] : [removable ? 'removable' : 'not removable']),
    ...(writable === false ? ['write-protected'] : []),
  ];
  return `- ${words.join(', ')}: ${verdict}`;
}

function jobLines({ at, task, outcome, end, steps, curve }: JobRecord): string[] {
  const code = textOf(end['code']);
  const errno = textOf(end['errno']);
  const why = code === null ? '' : `, ${code}${errno === null ? '' : ` (${errno})`}`;
  const facts = end['facts'] === undefined ? [] : [`- facts: \`${JSON.stringify(end['facts'])}\``];
  const { seconds, stalls, longestStall } = end;
  const stalled =
    typeof stalls === 'number' && stalls > 0
      ? [`- stood still ${stalls} times, ${amount(longestStall)} s at most`]
      : [];
  return [
    `### ${at.slice(0, 16).replace('T', ' ')} ${task}: ${outcome ?? 'cut off'}${why}`,
    '',
    ...steps.map((step) => `- ${step.what} ${fieldWords(step)}`),
    ...facts,
    ...stalled,
    ...(typeof seconds === 'number' ? [`- took ${seconds} s`] : []),
    ...speedLines(curve),
    '',
  ];
}

function speedLines({ stepSeconds, points }: JobRecord['curve']): string[] {
  const drawing = sparkline({ points }, WIDTH);
  if (drawing === '') return [];
  const seconds = Math.round((stepSeconds * points.length * 10) / drawing.length) / 10;
  const most = formatBytes(Math.max(...points));
  return [`- speed, up to ${most}/s, one letter for ${seconds} s: \`${drawing}\``];
}

function logLine(line: LoggedLine): string {
  const { at, pid, what } = line;
  return `${at.slice(0, 19).replace('T', ' ')} ${pid} ${what} ${fieldWords(line)}`.trimEnd();
}

/** "door=authopen code=PRIVACY_REFUSED errno=EPERM"; what is nothing, and the curve, are left out. */
function fieldWords({ fields }: LoggedLine): string {
  return Object.entries(fields)
    .filter(([name, value]) => value !== null && name !== 'speed' && name !== 'stepSeconds')
    .map(([name, value]) => `${name}=${valueWords(value)}`)
    .join(' ');
}

function valueWords(value: Redacted): string {
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return /[\s=]/.test(text) ? JSON.stringify(text) : text;
}

function amount(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value)) : '?';
}

function orNone(lines: readonly string[], none = '- none'): readonly string[] {
  return lines.length === 0 ? [none] : lines;
}
