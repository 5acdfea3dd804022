/**
 * Which Pi the card was in last, by the newest log that says so. The kernel names it at every start: "Machine model:
 * Raspberry Pi 4 Model B Rev 1.4" (drivers/of/fdt.c).
 */

import { plainText } from './os-release.ts';
import type { PortraitFiles } from './portrait-files.ts';

/** Of all logs together; larger ones are passed over, since their end could not be reached without reading all of it. */
const MAX_LOG_BYTES = 24 * 1024 * 1024;
const MAX_LOGS = 24;

const plainLogs = ['dmesg', 'dmesg.0', 'kern.log', 'kern.log.1', 'syslog', 'syslog.1', 'messages'];

interface Log {
  readonly files: PortraitFiles;
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  readonly isJournal: boolean;
}

/** Null when no log names one, or the newest that does leaves open which was the last. */
export async function lastModelOf(trees: readonly PortraitFiles[]): Promise<string | null> {
  const logs: Log[] = [];
  for (const files of trees) logs.push(...(await logsIn(files)));
  logs.sort((one, other) => other.modified - one.modified);
  let left = MAX_LOG_BYTES;
  for (const log of logs.slice(0, MAX_LOGS)) {
    if (log.bytes > left) continue;
    left -= log.bytes;
    const content = await log.files.bytes(log.path, log.bytes);
    const models = content ? modelsIn(content) : [];
    if (models.length === 0) continue;
    // A journal keeps equal lines once, in no order of time that could be had without reading all of it.
    if (log.isJournal && new Set(models).size > 1) return null;
    return models.at(-1) ?? null;
  }
  return null;
}

async function logsIn(files: PortraitFiles): Promise<Log[]> {
  const logs: Log[] = [];
  const add = async (path: string, isJournal: boolean): Promise<void> => {
    const facts = await files.facts(path);
    if (facts?.kind !== 'file') return;
    logs.push({ files, path, bytes: facts.bytes, modified: facts.modified ?? 0, isJournal });
  };
  for (const name of plainLogs) await add(`/var/log/${name}`, false);
  for (const machine of await files.list('/var/log/journal', 8)) {
    if (!/^[0-9a-f]{32}$/.test(machine.name)) continue;
    const folder = `/var/log/journal/${machine.name}`;
    for (const { name } of await files.list(folder, 256)) {
      if (/^system(@[0-9a-f-]+)?\.journal~?$/.test(name)) await add(`${folder}/${name}`, true);
    }
  }
  return logs;
}

const MARK = 'Machine model: Raspberry Pi ';
const MAX_MODEL_LETTERS = 60;
const MAX_MATCHES = 10_000;

/** Every model named, in the order of the file. */
export function modelsIn(content: Uint8Array): string[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const models: string[] = [];
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) {
    const start = at + MARK.length - 'Raspberry Pi '.length;
    const line = bytes.toString('latin1', start, start + MAX_MODEL_LETTERS);
    const model = plainText(/^[\x20-\x7e]*/.exec(line)?.[0] ?? '', MAX_MODEL_LETTERS);
    // Cut off by the end of the file, it is not the whole name.
    if (model !== null && line.length > model.length) models.push(model);
    if (models.length >= MAX_MATCHES) break;
  }
  return models;
}
