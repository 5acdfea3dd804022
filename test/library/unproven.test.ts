import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WeakIdentity } from '../../src/engine/disk.ts';
import type { RecordState, RestoreRecord } from '../../src/library/restore-record.ts';
import { createRecord } from '../../src/library/restore-records.ts';
import { tellUnproven, unprovenOf } from '../../src/library/unproven.ts';
import { plainDisk } from '../support/disk.ts';
import { temporaryFolder } from '../support/file-systems.ts';

type Weak = RestoreRecord['weak'];

const BYTES = 64_000_000;
const blank: Weak = {
  ...{ bytes: BYTES, mediaName: null, diskUuid: null, tableId: null },
  partitions: [],
};
const octopi: Weak = {
  ...blank,
  tableId: '5e3da3da',
  partitions: [{ bytes: 32_000_000, kind: 'fat', uuid: '5E3D-A3DA' }],
};
const other: Weak = { ...octopi, tableId: '11111111', partitions: [] };

let count = 0;
function record(
  state: RecordState,
  after: readonly Weak[] | null,
  { weak = blank, isWriting = true } = {},
): RestoreRecord {
  const at = new Date(Date.UTC(2026, 10, 22, 12, 0, count++)).toISOString();
  return {
    schema: 1,
    id: `r${count}`,
    state,
    image: { path: '/library/octopi.img', title: `octopi ${count}.img`, bytes: BYTES },
    disk: { id: 'sdx', path: '/dev/sdx', mediaName: null, bytes: BYTES, sectorBytes: 512 },
    weak,
    after: after === null ? null : [...after],
    old: { title: 'old', content: 'empty', scheme: 'none', tableId: null, partitions: [] },
    blocks: [],
    times: { started: at, writing: isWriting ? at : null, ended: null },
    summary: 'x',
    error: null,
    warnings: [],
    result: null,
    tool: { name: 'PiKeep', version: '0' },
  };
}

describe('which restores were never proven', () => {
  const titles = (...records: RestoreRecord[]): string[] =>
    unprovenOf(records).map(({ image }) => image.title);

  it('are those that were written to the end and came to nothing afterwards', () => {
    const [killed, failed] = [record('proving', [octopi]), record('failed', [octopi])];
    expect(titles(killed, failed)).toEqual([killed.image.title, failed.image.title]);
    expect(titles(record('done', [octopi]), record('put-back', null))).toEqual([]);
    // Cut off while it wrote: the card bears the mark.
    expect(titles(record('failed', null), record('writing', null))).toEqual([]);
  });

  it('are not those whose card was written again, whatever became of that', () => {
    const open = record('proving', [octopi]);
    for (const state of ['writing', 'failed', 'done'] as const) {
      expect(titles(open, record(state, null, { weak: octopi }))).toEqual([]);
    }
    const again = record('proving', [octopi], { weak: octopi });
    expect(titles(open, again)).toEqual([again.image.title]);
  });

  it('stay when a later restore did not begin to write, or wrote another card', () => {
    const open = record('proving', [octopi]);
    const notBegun = record('put-back', null, { weak: octopi, isWriting: false });
    expect(titles(open, notBegun, record('done', [octopi], { weak: other }))).toEqual([
      open.image.title,
    ]);
  });

  it('are counted: one restore heals one of two cards that look the same', () => {
    const [one, two] = [record('proving', [octopi]), record('proving', [octopi])];
    expect(titles(one, two, record('done', [octopi], { weak: octopi }))).toEqual([one.image.title]);
  });
});

describe('a disk that holds such a restore', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const disk = (weak: WeakIdentity, more = {}) =>
    plainDisk({
      ...{ id: 'sdx', bytes: weak.bytes, tableId: weak.tableId, diskUuid: weak.diskUuid },
      partitions: weak.partitions.map((part, index) => ({
        ...{ index: index + 1, node: null, typeName: '', label: null, offset: null },
        ...{ mountPoints: [], ...part },
      })),
      ...more,
    });
  const told = async (weak: WeakIdentity, more = {}) => {
    const [found] = await tellUnproven([disk(weak, more)], folder.path);
    return found?.unproven;
  };

  it('is told from others, by any of the ways in which a system shows it', async () => {
    const { blocks: _, schema: __, ...facts } = record('proving', [other, octopi]);
    expect(await told(octopi)).toBeUndefined();
    await createRecord(folder.path, facts, []);
    expect(await told(octopi)).toBe(facts.image.title);
    expect(await told({ ...octopi, mediaName: 'Reader' })).toBe(facts.image.title);
    expect(await told({ ...octopi, bytes: BYTES + 512 })).toBeUndefined();
    expect(await told({ ...octopi, tableId: '22222222' })).toBeUndefined();
    expect(await told(blank)).toBeUndefined();
  });

  it('is not called so when its mark says more', async () => {
    const { blocks: _, schema: __, ...facts } = record('failed', [octopi]);
    await createRecord(folder.path, facts, []);
    expect(await told(octopi, { unfinished: 'octopi.img' })).toBeUndefined();
  });

  it('is listed all the same where the records cannot be read', async () => {
    symlinkSync('restores', join(folder.path, 'restores'));
    const disks = [disk(octopi)];
    expect(await tellUnproven(disks, folder.path)).toBe(disks);
  });
});
