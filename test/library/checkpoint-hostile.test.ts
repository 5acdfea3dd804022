/** Checkpoints that somebody else put into a library that several people share. */

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint, readUnfinished } from '../../src/library/checkpoint-file.ts';
import { ENDED_NOTE, writeNote } from '../../src/library/owner.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { needsRoot, needsTools } from '../support/tools.ts';

const BYTES = 64 * 1024 * 1024;
const HASH = '0f'.repeat(32);
const AT = '2026-11-22T16:40:00.000Z';
const header = {
  ...{ checkpoint: 1, tool: '0.1.0', title: 'octopi', format: 'img' },
  card: {
    ...{ bytes: BYTES, sectorBytes: 512 },
    weak: { bytes: BYTES, mediaName: null, diskUuid: null, tableId: '5e3da3da', partitions: [] },
    strong: { tableId: '5e3da3da', fileSystems: [], hostname: 'octopi' },
  },
  ...{ wholeCard: false, fullHash: false, verify: 'image', started: AT, continued: [] },
  ...{ plan: { sha256: HASH, totalBytes: 8192 }, structure: HASH },
};
const batch = { at: AT, done: 4096, entries: [[0, 4096, HASH]] };

describe('a checkpoint in a shared library', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'octopi.img.partial.checkpoint');
  });
  afterEach(() => folder.remove());

  const lines = (...values: readonly unknown[]): void =>
    writeFileSync(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));

  it('says how far a backup came when it is one of ours', async () => {
    lines(header, batch);
    expect(await readUnfinished(file)).toMatchObject({ doneBytes: 4096, totalBytes: 8192 });
    expect((await readCheckpoint(file))?.entries).toHaveLength(1);
  });

  it('of millions of empty lines keeps nobody waiting', { timeout: 20_000 }, async () => {
    lines(header, batch);
    const empty = Buffer.alloc(1024 * 1024, '\n');
    for (let count = 0; count < 20; count++) appendFileSync(file, empty);
    expect(await readUnfinished(file)).toBeNull();
    // All that stands before the first line of nonsense counts when it is continued.
    expect((await readCheckpoint(file))?.entries).toHaveLength(1);
  });

  it('with ranges outside of the card, over each other or of nothing is none', async () => {
    for (const entries of [
      [[BYTES, 4096, HASH]],
      [[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, HASH]],
      [
        [0, 8192, HASH],
        [4096, 4096, HASH],
      ],
      [[0, 0, HASH]],
    ]) {
      lines(header, { ...batch, entries });
      expect(await readCheckpoint(file)).toBeNull();
    }
  });

  it('that claims more to be done than there is shows no more than all', async () => {
    lines(header, { ...batch, done: Number.MAX_SAFE_INTEGER });
    expect((await readUnfinished(file))?.doneBytes).toBe(8192);
  });

  it.skipIf(needsTools('mkfifo'))('that is a link, a folder or a pipe is none', async () => {
    const real = join(folder.path, 'elsewhere');
    lines(header, batch);
    execFileSync('mv', [file, real]);
    symlinkSync(real, file);
    expect([await readUnfinished(file), await readCheckpoint(file)]).toEqual([null, null]);
    rmSync(file);
    mkdirSync(file);
    expect([await readUnfinished(file), await readCheckpoint(file)]).toEqual([null, null]);
    rmSync(file, { recursive: true });
    execFileSync('mkfifo', [file]);
    expect([await readUnfinished(file), await readCheckpoint(file)]).toEqual([null, null]);
  });

  it.skipIf(needsRoot())('that another user put there is none', async () => {
    lines(header, batch);
    expect(await readCheckpoint(file)).not.toBeNull();
    chownSync(file, 65534, 65534);
    expect([await readUnfinished(file), await readCheckpoint(file)]).toEqual([null, null]);
  });

  it('has an owner’s note that is never written through a link', async () => {
    const precious = join(folder.path, 'precious');
    writeFileSync(precious, 'keep me');
    const note = join(folder.path, 'octopi.img.partial.json');
    symlinkSync(precious, note);
    symlinkSync(precious, `${note}.new`);
    await writeNote(note, ENDED_NOTE);
    expect(readFileSync(precious, 'utf8')).toBe('keep me');
    expect(readFileSync(note, 'utf8')).toBe(ENDED_NOTE);
    expect([lstatSync(note).isFile(), lstatSync(note).mode & 0o077]).toEqual([true, 0]);
  });
});
