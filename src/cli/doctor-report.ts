/** `pikeep doctor --report`: one page that can be shown to somebody who wants to help. */

import { writeFile } from 'node:fs/promises';
import { diagnosisPage } from '../engine/diagnosis-page.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { diagnose } from '../platform/diagnose.ts';
import { logFolder } from '../platform/log-place.ts';
import { VERSION } from '../version.ts';
import { absolute, type Session } from './session.ts';

/** `given` is a file that is to hold the page, and does not exist. Throws DESTINATION_EXISTS, DESTINATION_NOT_WRITABLE. */
export async function printReport(session: Session, given: string | true): Promise<void> {
  const { platform, settings, options, library, log, printer } = session;
  const report = await diagnose({
    platform,
    settings: { ...settings.current, library },
    version: VERSION,
    program: 'cli',
    allowDiskImage: options.allowDiskImage,
    folder: logFolder(),
    mark: log.mark,
  });
  const page = diagnosisPage(report);
  const file = given === true ? null : absolute(given, '--report');
  if (file !== null) await writeNew(file, page);
  printer.done({
    facts: { command: 'doctor', report, page, file },
    lines: file === null ? page.trimEnd().split('\n') : [`The report is in ${file}.`],
  });
}

async function writeNew(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const errno = errnoOf(error) ?? 'unknown';
    if (errno === 'EEXIST') throw new PiKeepError('DESTINATION_EXISTS', { path }, { cause: error });
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path, errno }, { cause: error });
  }
}
