import { expect, it } from 'vitest';
import { markDisk, unmarkDisk } from '../../src/desk/protect.ts';
import { diskKeys } from '../../src/engine/disk-key.ts';
import { MAX_NEVER_TOUCH } from '../../src/worker/tasks.ts';
import { plainDisk } from '../support/disk.ts';

const disk = plainDisk({ diskUuid: '0A6D7C9E-0000-4000-8000-000000000001', tableId: '5e3da3da' });
const others = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `disk ${index}`, name: 'other' }));

it('a mark is on every key of a disk, once, and goes from all of them', () => {
  const keys = diskKeys(disk);
  expect(keys.length).toBeGreaterThan(1);
  const marked = markDisk(others(1), disk, 'backups');
  expect(marked.slice(1)).toEqual(keys.map((key) => ({ key, name: 'backups' })));
  expect(markDisk(marked, disk, 'again')).toEqual(marked);
  expect(unmarkDisk(marked, keys[0] ?? '', [disk])).toEqual(others(1));
  expect(unmarkDisk(marked, keys[0] ?? '', [])).toHaveLength(marked.length - 1);
});

it('a disk is marked as a whole or not at all where the list is full', () => {
  const keys = diskKeys(disk);
  const room = MAX_NEVER_TOUCH - keys.length;
  expect(markDisk(others(room), disk, 'last')).toHaveLength(MAX_NEVER_TOUCH);
  const full = { code: 'UNSUPPORTED', facts: { what: expect.stringContaining('full') } };
  expect(() => markDisk(others(room + 1), disk, 'late')).toThrow(expect.objectContaining(full));
});

it('a disk that nothing tells from others cannot be marked', () => {
  const plain = plainDisk({ diskUuid: null, tableId: null, partitions: [] });
  expect(() => markDisk([], plain, 'plain')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  );
});
