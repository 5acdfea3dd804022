import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordState, RestoreRecord } from '../../src/library/restore-record.ts';
import { createRecord, findRecord, type OpenRecord } from '../../src/library/restore-records.ts';
import { temporaryFolder } from '../support/file-systems.ts';

const MIB = 1024 * 1024;

function factsOf(
  id: string,
  { at, state = 'marked' }: { at?: string; state?: RecordState } = {},
): Omit<RestoreRecord, 'blocks' | 'schema'> {
  return {
    id,
    state,
    image: { path: '/library/octopi.img', title: 'octopi.img', bytes: 4 * MIB },
    disk: { id: 'sdx', path: '/dev/sdx', mediaName: null, bytes: 4 * MIB, sectorBytes: 512 },
    weak: { bytes: 4 * MIB, mediaName: null, diskUuid: null, tableId: null, partitions: [] },
    after: null,
    old: { title: 'old/card', content: 'empty', scheme: 'none', tableId: null, partitions: [] },
    times: { started: at ?? new Date().toISOString(), writing: null, ended: null },
    summary: 'x',
    error: null,
    warnings: [],
    result: null,
    tool: { name: 'PiKeep', version: '0' },
  };
}

describe('the record of a restore', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const blocks = [
    { offset: 0, data: new Uint8Array(MIB).fill(1) },
    { offset: 3 * MIB, data: new Uint8Array(MIB).fill(2) },
  ];
  const create = (id: string, more: Parameters<typeof factsOf>[1] = {}): Promise<OpenRecord> =>
    createRecord(folder.path, factsOf(id, more), blocks);
  const names = (): string[] => readdirSync(join(folder.path, 'restores')).sort();

  it('keeps what was overwritten, and is found again by its id', async () => {
    await create('one');
    const { file } = await create('two');
    const found = await findRecord(folder.path, 'two');
    expect(found?.file).toBe(file);
    expect(found?.record).toMatchObject({ id: 'two', state: 'marked', old: { title: 'old/card' } });
    expect(await found?.readBlocks()).toEqual(
      blocks.map(({ offset, data }) => ({ offset, data: Buffer.from(data) })),
    );
    expect(await findRecord(folder.path, 'three')).toBeNull();
    expect(await findRecord(join(folder.path, 'nowhere'), 'two')).toBeNull();
  });

  it('is for this user only', async () => {
    const { file } = await create('one');
    const modes = [file, dirname(file), dirname(dirname(file))].map((path) => statSync(path).mode);
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o600, 0o700, 0o700]);
    expect(statSync(join(dirname(file), 'block-0.bin')).mode & 0o777).toBe(0o600);
  });

  it('changes as a whole, and says so in the file', async () => {
    const record = await create('one');
    await record.update({ state: 'writing', summary: 'now' });
    const text = JSON.parse(readFileSync(record.file, 'utf8')) as RestoreRecord;
    expect(text).toMatchObject({ state: 'writing', summary: 'now', id: 'one' });
    expect(readdirSync(dirname(record.file)).sort()).toEqual([
      'block-0.bin',
      `block-${3 * MIB}.bin`,
      'record.json',
    ]);
  });

  it('does not give back what was changed or is gone', async () => {
    const record = await create('one');
    const block = join(dirname(record.file), 'block-0.bin');
    writeFileSync(block, Buffer.alloc(MIB, 7));
    await expect(record.readBlocks()).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
    rmSync(block);
    await expect(record.readBlocks()).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
  });

  it('is passed over when it is no record, or leads outside of its folder', async () => {
    const record = await create('one');
    const text = JSON.parse(readFileSync(record.file, 'utf8')) as RestoreRecord;
    const [first] = text.blocks;
    for (const file of ['../../../etc/passwd', '/etc/passwd', 'block-x.bin']) {
      writeFileSync(record.file, JSON.stringify({ ...text, blocks: [{ ...first, file }] }));
      expect(await findRecord(folder.path, 'one')).toBeNull();
    }
    for (const broken of ['', '{', 'null', '[]']) {
      writeFileSync(record.file, broken);
      expect(await findRecord(folder.path, 'one')).toBeNull();
    }
  });

  it('of several cards within one second has a folder each', async () => {
    const at = '2026-11-22T16:40:12.000Z';
    await Promise.all(['a', 'b', 'c'].map((id) => create(id, { at })));
    expect(names()).toEqual([
      '2026-11-22 16.40.12 old-card',
      '2026-11-22 16.40.12 old-card (2)',
      '2026-11-22 16.40.12 old-card (3)',
    ]);
  });

  it('is one of the last twenty; older ones go, but none that may be under way, and nothing else', async () => {
    const parent = join(folder.path, 'restores');
    mkdirSync(join(parent, 'of somebody else'), { recursive: true });
    const minute = (count: number): string => new Date(Date.now() - count * 60_000).toISOString();
    await create('under way', { at: minute(1000), state: 'writing' });
    await create('undoable', { at: minute(900) });
    await create('long dead', { at: minute(100_000), state: 'writing' });
    for (let count = 30; count > 0; count--) {
      await create(`done ${count}`, { at: minute(count), state: 'done' });
    }
    expect(names()).toHaveLength(1 + 2 + 20);
    expect(names()).toContain('of somebody else');
    for (const id of ['under way', 'undoable', 'done 1', 'done 20']) {
      expect(await findRecord(folder.path, id), id).not.toBeNull();
    }
    for (const id of ['long dead', 'done 21', 'done 30']) {
      expect(await findRecord(folder.path, id), id).toBeNull();
    }
  });

  it('that cannot be written says so', async () => {
    writeFileSync(join(folder.path, 'restores'), 'a file');
    await expect(create('one')).rejects.toMatchObject({ code: 'DESTINATION_FAILED' });
  });
});
