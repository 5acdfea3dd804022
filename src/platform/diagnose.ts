/** Gathers what a report tells. Opens no card, and shows no dialog. */

import { dirname } from 'node:path';
import type { Diagnosis, ReaderFacts } from '../engine/diagnosis.ts';
import { jobsIn } from '../engine/diagnosis.ts';
import { diagnosisPage } from '../engine/diagnosis-page.ts';
import type { Disk } from '../engine/disk.ts';
import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import { type Mark, redactWords } from '../engine/redact.ts';
import { judge, type SelectionContext } from '../engine/selection.ts';
import type { Platform, VolumeFacts, Volumes } from './ports.ts';
import { systemFacts } from './program-log.ts';
import { readLog } from './read-log.ts';
import type { Settings } from './settings.ts';

export interface DiagnoseOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly version: string;
  readonly program: Diagnosis['program'];
  readonly allowDiskImage: boolean;
  /** Where the log lies, and how names are hidden in it. */
  readonly folder: string;
  readonly mark: Mark;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const MAX_READERS = 16;
const MAX_JOBS = 5;
/** Entries of the log that are looked through for jobs, and how many of them are shown. */
const MAX_ENTRIES = 2000;
const MAX_LINES = 40;

/** A report is for when something is wrong, so nothing that is missing keeps it from being made. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { platform, settings, version, program, folder, mark, now = Date.now } = options;
  const { node, electron, system, release, arch } = systemFacts();
  const { disks, trouble } = await list(platform);
  const context: SelectionContext = {
    destinationDisks: [],
    allowDiskImage: options.allowDiskImage,
    allowOtherExternal: settings.showOtherExternal,
    neverTouch: settings.neverTouch.map(({ key }) => key),
  };
  const cards = disks.filter((disk) => judge(disk, context).offer);
  const volume = await volumeBelow(settings.library, platform.volumes);
  const log = await readLog(folder, mark, MAX_ENTRIES);
  return {
    at: new Date(now()).toISOString(),
    ...{ version, program, node, electron, system, release, arch },
    slot: platform.name === 'slot',
    doors: (await platform.access.doors(cards)).map(({ name, available, reason }) => ({
      ...{ name, available },
      reason: redactWords(reason, mark),
    })),
    readers: disks
      .filter((disk) => isOutside(disk) && (!disk.virtual || judge(disk, context).offer))
      .slice(0, MAX_READERS)
      .map((disk) => readerOf(disk, context)),
    trouble,
    settings: {
      ejectWhenDone: settings.ejectWhenDone,
      showOtherExternal: settings.showOtherExternal,
      neverTouch: settings.neverTouch.length,
      fileSystem: volume === null ? null : redactWords(volume.fileSystem, mark),
      freeBytes: volume?.freeBytes ?? null,
      network: volume?.network ?? null,
    },
    jobs: jobsIn(log, MAX_JOBS),
    log: log.slice(-MAX_LINES),
  };
}

/** The same as a page. The settings are asked for when it is written. */
export async function writeReport(
  options: Omit<DiagnoseOptions, 'settings'> & { readonly settings: () => Settings },
): Promise<string> {
  return diagnosisPage(await diagnose({ ...options, settings: options.settings() }));
}

async function list({
  disks,
}: Platform): Promise<{ disks: readonly Disk[]; trouble: string | null }> {
  try {
    return { disks: await disks.list(), trouble: null };
  } catch (error) {
    return { disks: [], trouble: asPiKeepError(error).code };
  }
}

/** What is built in says nothing about cards, unless it is a slot for them. */
function isOutside({ internal, removable, bus }: Disk): boolean {
  return internal !== true || removable === true || bus === 'secure-digital';
}

function readerOf(disk: Disk, context: SelectionContext): ReaderFacts {
  const { mediaName, bus, busName, bytes, sectorBytes, removable, writable, diskImage } = disk;
  const verdict = judge(disk, context);
  const isFile = bus === 'slot' || diskImage !== null;
  return {
    medium: isFile || mediaName === null ? null : mediumName(mediaName),
    protocol: bus === 'other' && busName !== null ? mediumName(busName) : bus,
    ...{ bytes, sectorBytes, removable, writable },
    verdict: verdict.offer ? 'offered' : verdict.reason,
  };
}

/** What a maker has written into a device: nothing that could be a serial number, and nothing that a page could trip over. */
function mediumName(name: string): string {
  return name
    .replace(/[^ -~]/g, '')
    .replace(/[`|<>[\]*_#\\]/g, '')
    .replace(/\b(?=\w*\d{4})\w{8,}\b|\d{6,}/g, '…')
    .slice(0, 60)
    .trim();
}

/** Of the folder, or of where it would be made. */
async function volumeBelow(path: string, volumes: Volumes): Promise<VolumeFacts | null> {
  try {
    return await volumes.volumeOf(path);
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || !isPiKeepError(error, 'DESTINATION_MISSING')) return null;
    return volumeBelow(parent, volumes);
  }
}
