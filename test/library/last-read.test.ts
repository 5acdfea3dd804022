import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckRecord, checkKey, readChecks } from '../../src/library/check-records.ts';
import { lastReadOf, looseImage, readImageOf } from '../../src/library/last-read.ts';
import { type LibraryBackup, readLibrary } from '../../src/library/library.ts';
import { lookAtLibrary } from '../../src/library/look-at-library.ts';
import { type KeptCheck, keepCheck, readLastCheck } from '../../src/library/report-file.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { fileBackup } from '../support/library.ts';

const finding: KeptCheck['checks'][number] = {
  name: 'content',
  partition: null,
  state: 'fail',
  detail: 'it differs',
  next: 'make another',
};
const kept = (at: string, more: Partial<KeptCheck> = {}): KeptCheck => ({
  at,
  verdict: 'damaged',
  sentence: 'It is damaged.',
  method: 'read-back',
  checks: [finding],
  more: 2,
  wasRead: true,
  ...more,
});
const MARCH = '2026-03-01T00:00:00.000Z';
const APRIL = '2026-04-01T00:00:00.000Z';

describe('what the last check of an image came to', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let library: string;
  let records: string;
  let image: string;
  beforeEach(() => {
    folder = temporaryFolder();
    library = join(folder.path, 'library');
    records = join(folder.path, 'records');
    image = fileBackup(library, { file: 'one.img', at: '2026-02-01T00:00:00.000Z' });
  });
  afterEach(() => folder.remove());

  const only = async (): Promise<LibraryBackup> => {
    const [backup] = (await readLibrary(library)).backups;
    if (!backup) throw new Error('no backup');
    return backup;
  };
  const look = async () => {
    const { checks } = await lookAtLibrary(library, records, new AbortController().signal);
    return [...checks.values()];
  };
  const fileOf = async ({ path, contentSha256 }: LibraryBackup) => {
    const { size: bytes, mtimeMs: modifiedMs } = statSync(path);
    return { contentSha256, path, bytes, modifiedMs };
  };
  const lastRead = async () => {
    const backup = await only();
    return lastReadOf(readImageOf(backup), records, await readChecks(library));
  };
  /** As the first versions wrote it. */
  async function oldRecord(at: string, more: Partial<CheckRecord> = {}): Promise<void> {
    const backup = await only();
    const { method: _, ...check } = kept(at);
    const modified = Math.trunc(backup.stamp.mtimeMs);
    const record: CheckRecord = {
      ...{ backup: checkKey(backup), image: { bytes: backup.fileBytes, modified }, ...check },
      ...more,
    };
    const file = join(library, 'checks.json');
    writeFileSync(file, JSON.stringify({ schema: 1, checks: [record] }));
  }

  it('is one for the app and the command line, with everything that was found', async () => {
    const backup = await only();
    await keepCheck(records, await fileOf(backup), kept(MARCH));
    expect(await look()).toEqual([
      {
        ...{ backup: checkKey(backup), at: MARCH, verdict: 'damaged', sentence: 'It is damaged.' },
        ...{ checks: [finding], more: 2, wasRead: true },
        image: { bytes: backup.fileBytes, modified: backup.stamp.mtimeMs },
      },
    ]);
    expect(await lastRead()).toMatchObject({ at: MARCH, check: kept(MARCH) });
    // The newer one counts, wherever the image lies by now.
    const moved = join(library, 'moved.img');
    renameSync(image, moved);
    await keepCheck(records, await fileOf(await only()), kept(APRIL, { verdict: 'good' }));
    expect(await look()).toMatchObject([{ at: APRIL, verdict: 'good' }]);
    expect(readdirSync(join(records, 'checks'))).toHaveLength(1);
  });

  it('is kept of an image without a manifest too, as long as it is that file', async () => {
    rmSync(`${image}.pikeep.json`);
    const { size: bytes, mtimeMs: modifiedMs } = statSync(image);
    const file = { contentSha256: null, path: image, bytes, modifiedMs };
    await keepCheck(records, file, kept(MARCH, { wasRead: false, method: null }));
    expect(await look()).toMatchObject([{ backup: checkKey(looseImage(image)), at: MARCH }]);
    const { check, at } = await lastReadOf(looseImage(image), records, new Map());
    // What lies around a content says nothing of the content.
    expect({ verdict: check?.verdict, at }).toEqual({ verdict: 'damaged', at: null });
    expect(await readLastCheck(records, file)).toBeNull();
    rmSync(image);
    writeFileSync(image, 'another');
    expect(await look()).toEqual([]);
  });

  it('is taken over from the file that the first versions kept in the library, once', async () => {
    await oldRecord(MARCH);
    const before = readFileSync(join(library, 'checks.json'));
    expect(await look()).toMatchObject([{ at: MARCH, checks: [finding], more: 2 }]);
    expect(readFileSync(join(library, 'checks.json')).equals(before)).toBe(true);
    const [name = ''] = readdirSync(join(records, 'checks'));
    const { ino } = statSync(join(records, 'checks', name));
    expect(await look()).toHaveLength(1);
    expect(statSync(join(records, 'checks', name)).ino).toBe(ino);
    rmSync(join(library, 'checks.json'));
    expect(await look()).toMatchObject([{ at: MARCH, checks: [finding], more: 2 }]);
    expect((await lastRead()).at).toBe(MARCH);
  });

  it('is the later one of both, and of no other file', async () => {
    await keepCheck(records, await fileOf(await only()), kept(APRIL, { verdict: 'good' }));
    await oldRecord(MARCH);
    expect(await look()).toMatchObject([{ at: APRIL, verdict: 'good' }]);
    rmSync(records, { recursive: true });
    await oldRecord(APRIL, { image: { bytes: 1, modified: 1 } });
    expect(await look()).toEqual([]);
    // Only the proof when it was made is left.
    expect(await lastRead()).toEqual({ check: null, at: '2026-02-01T00:00:00.000Z' });
  });

  it('is told although the records cannot be written', async () => {
    writeFileSync(records, 'a file');
    await oldRecord(MARCH);
    expect(await look()).toMatchObject([{ at: MARCH }]);
    expect((await lastRead()).at).toBe(MARCH);
  });

  it('of the command line of earlier versions had no findings, and counts', async () => {
    const backup = await only();
    const { path, bytes, modifiedMs, contentSha256 } = await fileOf(backup);
    const entry = { path, bytes, modifiedMs, at: MARCH, verdict: 'good', sentence: 'Good.' };
    mkdirSync(join(records, 'checks'), { recursive: true });
    writeFileSync(
      join(records, 'checks', `${contentSha256}.json`),
      JSON.stringify({ schema: 1, checks: [{ ...entry, method: 'read-back' }] }),
    );
    expect(await look()).toMatchObject([{ at: MARCH, checks: [], more: 0, wasRead: true }]);
    expect((await lastRead()).at).toBe(MARCH);
  });
});
