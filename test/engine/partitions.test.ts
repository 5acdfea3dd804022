import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { crc32 } from '../../src/engine/bytes.ts';
import { readPartitionTable } from '../../src/engine/partitions.ts';
import { emptyImage, makeFat, partition, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

interface SfdiskTable {
  partitiontable: {
    label: string;
    id: string;
    sectorsize: number;
    partitions: { node: string; start: number; size: number; type: string; uuid?: string }[];
  };
}

describe.skipIf(needsTools('sfdisk', 'mkfs.vfat'))('partition tables against sfdisk', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const made = (name: string, script: string, bytes = 64 * MIB): string =>
    partition(emptyImage(join(folder.path, name), bytes), script);

  const compare = async (file: string): Promise<Awaited<ReturnType<typeof readPartitionTable>>> => {
    const judge = (JSON.parse(tool('sfdisk', ['--json', file])) as SfdiskTable).partitiontable;
    const ours = await readPartitionTable(memoryDevice(readFileSync(file)));
    expect(ours.scheme).toBe(judge.label === 'gpt' ? 'gpt' : 'mbr');
    expect(ours.tableId).toBe(judge.id.replace(/^0x/, '').toLowerCase());
    const theirs = judge.partitions.map(({ node, start, size, type }) => ({
      index: Number(/(\d+)$/.exec(node)?.[1]),
      offset: start * judge.sectorsize,
      bytes: size * judge.sectorsize,
      type: type.toLowerCase(),
    }));
    const found = ours.partitions.map(({ index, offset, bytes, typeName }) => ({
      index,
      offset,
      bytes,
      type: typeName.replace(/^0x0?/, ''),
    }));
    expect(found).toEqual(theirs);
    return ours;
  };

  it('reads the MBR of a Raspberry Pi card', async () => {
    const table = await compare(
      made(
        'pi.img',
        'label: dos\nlabel-id: 0x5e3da3da\nstart=8192,size=32768,type=c\nstart=40960,type=83\n',
      ),
    );
    expect(table.problems).toEqual([]);
    expect(table.partitions.map((part) => part.kind)).toEqual(['fat', 'linux']);
    expect(table.partitions.map((part) => part.partUuid)).toEqual(['5e3da3da-01', '5e3da3da-02']);
  });

  it('reads logical partitions through their chain', async () => {
    const table = await compare(
      made(
        'logical.img',
        'label: dos\nlabel-id: 0x00c0ffee\nstart=2048,size=8192,type=c\nstart=10240,type=5\n' +
          'start=12288,size=8192,type=83\nstart=22528,size=8192,type=82\nstart=32768,size=8192,type=83\n',
      ),
    );
    expect(table.problems).toEqual([]);
    expect(table.partitions.map((part) => part.index)).toEqual([1, 2, 5, 6, 7]);
  });

  const gptScript =
    'label: gpt\nstart=2048,size=16384,type=uefi,name=boot\nstart=18432,size=65536,type=linux,name=root\n';

  it('reads a GPT with names and partition GUIDs', async () => {
    const file = made('gpt.img', gptScript);
    const table = await compare(file);
    expect(table.problems).toEqual([]);
    expect(table.partitions.map((part) => part.name)).toEqual(['boot', 'root']);
    const uuids = (JSON.parse(tool('sfdisk', ['--json', file])) as SfdiskTable).partitiontable
      .partitions;
    expect(table.partitions.map((part) => part.partUuid)).toEqual(
      uuids.map((part) => part.uuid?.toLowerCase()),
    );
  });

  it('uses the second copy of a GPT whose first one is damaged, and says so', async () => {
    const bytes = readFileSync(made('gpt-damaged.img', gptScript));
    const whole = await readPartitionTable(memoryDevice(bytes));
    bytes[512 + 60] = (bytes[512 + 60] ?? 0) ^ 0xff;
    const table = await readPartitionTable(memoryDevice(bytes));
    expect(table.partitions).toEqual(whole.partitions);
    expect(table.problems).toEqual([
      'The first copy of the GPT is damaged; the one at the end is used.',
    ]);
  });

  it('reports a GPT whose second copy is gone, and trusts neither when both are', async () => {
    const bytes = readFileSync(made('gpt-cut.img', gptScript));
    bytes.fill(0, bytes.length - 512);
    expect((await readPartitionTable(memoryDevice(bytes))).problems).toHaveLength(1);
    bytes.fill(0, 512, 1024);
    const table = await readPartitionTable(memoryDevice(bytes));
    expect(table.scheme).toBe('none');
    expect(table.problems).toEqual(['The MBR announces a GPT, but neither copy of it is intact.']);
  });

  it('refuses entries under a wrong checksum even when the header is right', async () => {
    const bytes = readFileSync(made('gpt-entries.img', gptScript));
    for (const at of [1024, bytes.length - 33 * 512]) bytes[at + 40] = (bytes[at + 40] ?? 0) ^ 1;
    expect((await readPartitionTable(memoryDevice(bytes))).scheme).toBe('none');
  });

  it('says that a disk without a table has none, also when it starts with a FAT', async () => {
    expect((await readPartitionTable(memoryDevice(new Uint8Array(MIB)))).scheme).toBe('none');
    const fat = makeFat(join(folder.path, 'fat.img'), {
      bytes: 16 * MIB,
      bits: 16,
      label: 'STICK',
      files: {},
    });
    expect((await readPartitionTable(memoryDevice(readFileSync(fat)))).scheme).toBe('none');
  });

  it('finds no table on a device too small for one', async () => {
    for (const bytes of [0, 1, 511, 512, 1024]) {
      expect((await readPartitionTable(memoryDevice(new Uint8Array(bytes)))).scheme).toBe('none');
    }
  });

  it('ends at a chain of logical partitions that links to itself', async () => {
    const bytes = readFileSync(
      made(
        'loop.img',
        'label: dos\nstart=2048,type=5\nstart=4096,size=2048,type=83\nstart=8192,size=2048,type=83\n',
      ),
    );
    const second = 2048 * 512;
    // The link of the first extended boot record points at the record itself.
    bytes.writeUInt32LE(0, second + 462 + 8);
    bytes.writeUInt32LE(2048, second + 462 + 12);
    const table = await readPartitionTable(memoryDevice(bytes));
    expect(table.problems).toEqual(['The chain of logical partitions links back to itself.']);
  });

  it('names overlaps and partitions past the end of the disk', async () => {
    const bytes = readFileSync(
      made('odd.img', 'label: dos\nstart=2048,size=4096,type=c\nstart=8192,size=4096,type=83\n'),
    );
    bytes.writeUInt32LE(4096, 446 + 16 + 8);
    expect((await readPartitionTable(memoryDevice(bytes))).problems).toEqual([
      'Partitions 1 and 2 overlap.',
    ]);
    bytes.writeUInt32LE(0x00ffffff, 446 + 16 + 12);
    expect((await readPartitionTable(memoryDevice(bytes))).problems).toContain(
      'Partition 2 ends after the end of the disk.',
    );
  });

  it('survives any damage to a table: an answer, never an exception', async () => {
    const sources = ['pi.img', 'logical.img', 'gpt.img'].map((name) =>
      readFileSync(join(folder.path, name)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.array(fc.tuple(fc.nat(34 * 512 - 1), fc.nat(255)), { minLength: 1, maxLength: 24 }),
        async (source, changes) => {
          const bytes = source.subarray(0, 4 * MIB);
          const saved = changes.map(([at]) => bytes[at] ?? 0);
          for (const [at, value] of changes) bytes[at] = value;
          try {
            const table = await readPartitionTable(memoryDevice(bytes));
            expect(['mbr', 'gpt', 'none']).toContain(table.scheme);
            expect(table.partitions.length).toBeLessThanOrEqual(32768);
          } finally {
            for (const [index, [at]] of [...changes.entries()].toReversed())
              bytes[at] = saved[index] ?? 0;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('crc32', () => {
  it('gives the check value of its specification', () => {
    expect(crc32(new TextEncoder().encode('123456789')).toString(16)).toBe('cbf43926');
  });
});
