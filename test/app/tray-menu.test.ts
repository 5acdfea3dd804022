import { expect, it } from 'vitest';
import { type MenuLine, trayMenu } from '../../src/app/tray-menu.ts';
import type { UpdateState } from '../../src/app/updates.ts';
import type { BackupView } from '../../src/contract/panel.ts';
import { useEnglish, useMarkedEnglish } from '../../src/language/use-language.ts';
import { empty, failed, octopi, stick, working } from './snapshots.ts';

const backup: BackupView = {
  backup: 'backup 1',
  title: 'octopi',
  name: 'octopi.img',
  at: '2026-11-22T16:40:00Z',
  bytes: 32e9,
  format: 'img',
  verified: true,
  incomplete: false,
};
const labels = (lines: readonly MenuLine[]) =>
  lines.map((line) => (line === 'separator' ? '' : line.label));

function deedOf(lines: readonly MenuLine[], label: string) {
  const line = lines.find((one) => one !== 'separator' && one.label === label);
  if (line === undefined || line === 'separator' || !('deed' in line)) {
    throw new Error(`${label} does nothing in ${labels(lines).join(', ')}`);
  }
  return line.deed;
}

const always = [
  ...['Open PiKeep', 'Open in a window', 'Library', 'Show backup folder', ''],
  ...['Settings…', 'PiKeep Help', '', 'Quit PiKeep'],
];

it('says how things stand, and leads everywhere', () => {
  const lines = trayMenu(empty, true);
  expect(labels(lines)).toEqual(['Insert a Raspberry Pi card', '', ...always]);
  expect(lines[0]).not.toHaveProperty('deed');
  expect(deedOf(lines, 'Settings…')).toEqual({ do: 'show', place: 'settings' });
  const keys = lines.flatMap((line) =>
    line !== 'separator' && 'accelerator' in line ? [line.accelerator] : [],
  );
  expect(keys).toEqual(['CommandOrControl+,', 'CommandOrControl+Q']);
});

it('offers for a card what the panel offers', () => {
  const snapshot = { ...empty, disks: [octopi], backups: [backup] };
  const lines = trayMenu(snapshot, true);
  expect(labels(lines)).toEqual([
    ...['octopi can be backed up', ''],
    ...['Back up octopi', 'Restore a backup to octopi…', 'Eject octopi', ''],
    ...['Show last backup in Finder', 'Check last backup now', ''],
    ...always,
  ]);
  const card = { disk: 'disk4', card: 'disk4 1' };
  expect(deedOf(lines, 'Back up octopi')).toEqual({
    do: 'command',
    command: { command: 'backup', ...card },
  });
  expect(deedOf(lines, 'Restore a backup to octopi…')).toMatchObject({
    do: 'command-and-show',
    command: { from: { with: 'card', ...card } },
  });
  expect(deedOf(lines, 'Show last backup in Finder')).toEqual({
    do: 'command',
    command: { command: 'backup-reveal', backup: 'backup 1' },
  });
  expect(labels(trayMenu(snapshot, false))).toContain('Show last backup in folder');
});

it('continues a backup that did not finish', () => {
  const unfinished = { bytes: 1, total: 2, at: '2026-11-22T16:40:00Z' };
  const lines = trayMenu({ ...empty, disks: [{ ...octopi, unfinished }] }, true);
  expect(deedOf(lines, 'Continue the backup of octopi')).toMatchObject({
    command: { command: 'backup', continue: true },
  });
  expect(labels(lines)).not.toContain('Back up octopi');
});

it('stops a job after a second thought only, and offers nothing else for its card', () => {
  const job = working('copying', 50);
  const lines = trayMenu({ ...empty, disks: [octopi, stick], jobs: [job] }, true);
  expect(labels(lines).slice(0, 6)).toEqual([
    ...['octopi: 47%', '', 'Stop backing up octopi…', ''],
    ...['Back up USB', 'Eject USB'],
  ]);
  expect(deedOf(lines, 'Stop backing up octopi…')).toEqual({ do: 'stop', job: job.job });
  if (job.state.is !== 'working') throw new Error('another state');
  const ending = { ...job, state: { ...job.state, cancelling: true } };
  expect(labels(trayMenu({ ...empty, jobs: [ending] }, true))).not.toContain(
    'Stop backing up octopi…',
  );
});

it('has a card to try again with after a failure, and no end of cards', () => {
  const after = trayMenu({ ...empty, disks: [octopi], jobs: [failed] }, true);
  expect(labels(after)).toContain('Back up octopi');
  expect(labels(after)[0]).toBe('octopi: The card is gone');
  const many = Array.from({ length: 32 }, (_, index) => ({ ...octopi, card: `card ${index}` }));
  expect(trayMenu({ ...empty, disks: many, backups: [backup] }, true).length).toBeLessThan(45);
});

it('speaks the language of the desk', () => {
  useMarkedEnglish();
  try {
    const lines = trayMenu({ ...empty, disks: [octopi], backups: [backup] }, true);
    expect(labels(lines).filter((label) => label !== '' && !label.startsWith('⟦'))).toEqual([]);
  } finally {
    useEnglish();
  }
});

it('says nothing of new versions without a feed, and offers each step of one with it', () => {
  const linesFor = (state: UpdateState, snapshot = empty, looks = true) =>
    trayMenu(snapshot, true, { state, looks });
  const version = '1.2.0';
  const own = labels(trayMenu(empty, true));
  const added = (lines: readonly MenuLine[]) =>
    labels(lines).filter((label) => !own.includes(label));
  const choice = 'Stop looking for new versions';
  expect(added(linesFor({ is: 'none' }))).toEqual([choice]);
  const off = linesFor({ is: 'none' }, empty, false);
  expect(deedOf(off, 'Look for new versions once a day')).toEqual({
    do: 'look-for-updates',
    looks: true,
  });

  const found = linesFor({ is: 'found', version });
  expect(added(found)).toEqual(['Download PiKeep 1.2.0…', choice]);
  expect(deedOf(found, 'Download PiKeep 1.2.0…')).toEqual({ do: 'download-update' });
  expect(added(linesFor({ is: 'downloading', version, percent: 43 }))).toEqual([
    'Downloading PiKeep 1.2.0: 43%',
    choice,
  ]);
  const ready = linesFor({ is: 'ready', version });
  expect(deedOf(ready, 'PiKeep 1.2.0 is ready: restart to install')).toEqual({
    do: 'install-update',
  });

  const busy = { ...empty, disks: [octopi], jobs: [working('copying', 50)] };
  for (const [is, label] of [
    ['found', 'PiKeep 1.2.0 is available'],
    ['ready', 'PiKeep 1.2.0 can be installed when nothing is running'],
    ['installing', 'PiKeep 1.2.0 is being installed'],
  ] as const) {
    const line = linesFor({ is, version }, busy).find(
      (one) => one !== 'separator' && one.label === label,
    );
    expect(line).toEqual({ label });
  }
});
