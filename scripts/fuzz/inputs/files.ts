/** The files that PiKeep keeps for itself, read by the code that reads them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as v from 'valibot';
import { parseMarker } from '../../../src/engine/unfinished.ts';
import { readChecks } from '../../../src/library/check-records.ts';
import { isOwnerAlive, ownerNote } from '../../../src/library/owner.ts';
import type { Pi } from '../../../src/library/pi-groups.ts';
import { pisFileSchema } from '../../../src/library/pi-preferences.ts';
import { openPiStore } from '../../../src/library/pi-store.ts';
import { openReminderLog } from '../../../src/library/reminder-log.ts';
import { readLastCheck } from '../../../src/library/report-file.ts';
import { recordSchema } from '../../../src/library/restore-record.ts';
import { findRecord } from '../../../src/library/restore-records.ts';
import { openSettings } from '../../../src/platform/settings.ts';
import type { Random } from '../random.ts';
import { draw } from './draw.ts';
import { bytesOf, type InputParser, textOf, unless } from './parser.ts';

/** Writing and reading a file takes longer than what is in it. */
const FILE_SHARE = 0.15;
const HASH = '0f'.repeat(32);
const AT = '2026-11-22T16:40:00.000Z';
const RECORD_FOLDER = '2026-11-22 16.40.00 octopi';
const octopi: Pi = {
  key: 'a',
  ids: ['octopi', ''],
  title: 'octopi',
  hostname: 'octopi',
  os: null,
  model: null,
  backups: [],
  cards: [],
  hints: [],
};
const settings = {
  library: '/home/pi/PiKeep',
  ejectWhenDone: true,
  showOtherExternal: false,
  neverTouch: [{ key: 'uuid:1', name: 'Backup stick' }],
};
const check = { name: 'boot files', partition: 1, state: 'ok', detail: 'x', next: null };
const checks = {
  schema: 1,
  checks: [
    {
      ...{ backup: HASH.slice(24), at: AT, verdict: 'good', sentence: 'x', checks: [check] },
      ...{ more: 0, wasRead: true, image: { bytes: 1, modified: 2 } },
    },
  ],
};
const lastCheck = {
  schema: 1,
  checks: [
    {
      ...{ path: '/octopi.img', bytes: 1, modifiedMs: 2, at: AT },
      ...{ verdict: 'good', sentence: 'x', method: 'read-back' },
    },
  ],
};

export const files: readonly InputParser[] = [
  {
    name: 'restore-mark',
    form: 'text',
    sample: () =>
      bytesOf(
        'PiKeep: unfinished restore\n{"id":"a-1","image":"octopi.img"}\nThis card is not usable.\n',
      ),
    judge: (input) => void parseMarker(input),
  },
  json(
    'settings',
    () => settings,
    async (input, folder) => {
      const { current } = await openSettings({
        file: put(folder, 'settings.json', input),
        home: folder,
      });
      if (!current.library.startsWith('/') || current.neverTouch.length > 256)
        throw new Error('settings');
    },
  ),
  json('pis', drawn(pisFileSchema), async (input, folder) => {
    put(folder, 'pis.json', input);
    const store = await openPiStore(folder);
    if (typeof store.nameOf(octopi, [octopi]) !== 'string') throw new Error('a Pi without a name');
  }),
  json(
    'checks',
    () => checks,
    async (input, folder) => {
      put(folder, 'checks.json', input);
      if ((await readChecks(folder)).size > 5000) throw new Error('more records than there may be');
    },
  ),
  json(
    'last-check',
    () => lastCheck,
    async (input, folder) => {
      put(join(folder, 'checks'), `${HASH}.json`, input);
      await readLastCheck(folder, {
        contentSha256: HASH,
        path: '/octopi.img',
        bytes: 1,
        modifiedMs: 2,
      });
    },
  ),
  json('restore-record', drawn(recordSchema), async (input, folder) => {
    put(join(folder, 'restores', RECORD_FOLDER), 'record.json', input);
    const record = await findRecord(folder, 'octopi');
    await unless(['UNDO_IMPOSSIBLE'], () => record?.readBlocks());
  }),
  json(
    'reminders',
    () => ({ schema: 1, reminded: { octopi: 1_795_363_200_000 } }),
    async (input, folder) => {
      put(folder, 'reminders.json', input);
      await openReminderLog(folder).read();
    },
  ),
  json(
    'owner-note',
    () => ({ ...ownerNote() }),
    (input) => void isOwnerAlive(textOf(input), 0),
  ),
];

function json(
  name: string,
  make: (random: Random) => unknown,
  judge: InputParser['judge'],
): InputParser {
  const sample: InputParser['sample'] = (random) => bytesOf(JSON.stringify(make(random)));
  return { name, form: 'json', share: FILE_SHARE, sample, judge };
}

function drawn(schema: v.GenericSchema): (random: Random) => unknown {
  return (random) => draw(schema, random);
}

function put(folder: string, name: string, input: Uint8Array): string {
  const file = join(folder, name);
  try {
    writeFileSync(file, input);
  } catch {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, input);
  }
  return file;
}
