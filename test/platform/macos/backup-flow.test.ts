import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBackup } from '../../../src/worker/backup-task.ts';
import type { TaskContext } from '../../../src/worker/task-context.ts';
import type { BackupTask } from '../../../src/worker/tasks.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';

const harness = useMac();

/** A library on this Mac's own volume. */
function library(): string {
  const folder = join(harness.mac.state.folder, 'PiKeep');
  mkdirSync(folder);
  const line = `/dev/disk1s1 on ${folder} (apfs, local, journaled, nobrowse, protect)`;
  harness.mac.state.update(({ mounts }) => mounts.push(line));
  return folder;
}

function task(folder: string, changes: Partial<BackupTask> = {}): BackupTask {
  return {
    task: 'backup',
    disk: 'disk4',
    expected: null,
    source: {
      slot: null,
      allowDiskImage: false,
      allowOtherExternal: false,
      neverTouch: [],
      door: null,
    },
    destination: { kind: 'library', folder },
    format: 'img',
    wholeCard: true,
    fullHash: false,
    verify: 'image',
    forceUnmount: false,
    ejectWhenDone: true,
    ...changes,
  };
}

function context(): TaskContext & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    warnings,
    createPlatform: () => Promise.resolve(harness.platform),
    authorizer: harness.mac.authorizer,
    signal: new AbortController().signal,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    progress: () => {},
    plan: () => {},
    held: () => undefined,
    keepsPartial: () => false,
    warn: (code) => warnings.push(code),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

describe('a backup on a Mac', () => {
  it('unmounts, opens through authopen, copies, proves, files and ejects', async () => {
    const card = harness.insertCard({ unmountsRefused: 1 });
    const result = await runBackup(task(library()), context());
    const image = readFileSync(result.image);
    expect(Buffer.compare(image, card)).toBe(0);
    expect(result).toMatchObject({
      plainSha256: createHash('sha256').update(card).digest('hex'),
      verified: process.platform === 'darwin' ? 'read-back' : 'read-back-cached',
      ejected: true,
    });
    expect(harness.mac.state.read().cards).toEqual([]);
    const verbs = harness.mac.state
      .calls()
      .filter(({ program, args }) => program === 'authopen' || /^(un|ej)/.test(args[0] ?? ''))
      .map(({ program, args }) => `${program} ${args[0]}`);
    expect(verbs).toEqual([
      'diskutil unmountDisk',
      'diskutil unmountDisk',
      'authopen -stdoutpipe',
      'diskutil eject',
    ]);
  });

  it('onto the card itself is refused before anything is touched', async () => {
    harness.insertCard();
    const folder = join(harness.mac.state.folder, 'on-card');
    mkdirSync(folder);
    const line = `/dev/disk4s1 on ${folder} (msdos, local, nodev, nosuid, noowners)`;
    harness.mac.state.update(({ mounts }) => mounts.push(line));
    const destination = { kind: 'folder' as const, folder };
    expect(await codeOf(runBackup(task(folder, { destination }), context()))).toBe(
      'DESTINATION_ON_CARD',
    );
    const touched = harness.mac.state.calls().filter(({ args }) => args[0] === 'unmountDisk');
    expect(touched).toEqual([]);
    expect(harness.mac.state.calls('authopen')).toEqual([]);
  });

  it('of the system disk is refused', async () => {
    const folder = library();
    // Where the images go to a share, only the role protects it.
    harness.mac.state.update(({ mounts }) => {
      mounts.splice(0, mounts.length, `//user@server/pi on ${folder} (smbfs, nodev, nosuid)`);
    });
    for (const disk of ['disk0', 'disk1']) {
      expect(await codeOf(runBackup(task(folder, { disk }), context()))).toBe('PROTECTED_DISK');
    }
    expect(filesBelow(folder)).toEqual([]);
  });

  it('that privacy control refuses leaves nothing behind', async () => {
    harness.insertCard();
    const folder = library();
    harness.mac.state.update(({ cards }) => {
      for (const one of cards) one.openRefusal = 'Operation not permitted';
    });
    expect(await codeOf(runBackup(task(folder), context()))).toBe('PRIVACY_REFUSED');
    expect(filesBelow(folder)).toEqual([]);
    expect(harness.mac.state.read().cards).toHaveLength(1);
  });
});
