import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskBus, DiskRole } from '../../src/engine/disk.ts';
import { judge } from '../../src/engine/selection.ts';
import { refusalWords } from '../../src/engine/words/refusal.ts';
import { plainDisk } from '../support/disk.ts';

describe('whatever the facts and options', () => {
  const roles: readonly DiskRole[] = ['system', 'swap', 'apfs-container', 'in-use'];
  const buses: readonly DiskBus[] = [
    'secure-digital',
    'usb',
    'nvme',
    'sata',
    'thunderbolt',
    'disk-image',
    'slot',
    'other',
  ];
  const maybe = fc.option(fc.boolean(), { nil: null });
  const anyDisk = fc
    .record({
      bytes: fc.oneof(fc.constant(1024 * 1024), fc.integer(), fc.double()),
      sectorBytes: fc.oneof(fc.constant(512), fc.integer()),
      mediaName: fc.option(fc.oneof(fc.string(), fc.constant('SD Card Reader')), { nil: null }),
      bus: fc.constantFrom(...buses),
      internal: maybe,
      removable: maybe,
      ejectable: maybe,
      writable: maybe,
      virtual: fc.boolean(),
      diskImage: fc.option(fc.constant({ backingFile: null, backingOwner: null }), { nil: null }),
    })
    .map((facts) => plainDisk(facts));
  const anyContext = fc.record({
    destinationDisks: fc.subarray(['sdx', 'sdy']),
    allowDiskImage: fc.boolean(),
    allowOtherExternal: fc.boolean(),
    neverTouch: fc.constant([]),
  });

  it('a disk with a protecting role is refused for that', () => {
    const someRoles = fc.subarray([...roles], { minLength: 1 });
    fc.assert(
      fc.property(anyDisk, someRoles, anyContext, (disk, protecting, context) => {
        const verdict = judge({ ...disk, roles: protecting }, context);
        expect(verdict).toMatchObject({ offer: false, protected: true });
      }),
    );
  });

  it('the disk of the destination is refused for that', () => {
    fc.assert(
      fc.property(anyDisk, anyContext, (disk, context) => {
        const destinationDisks = [...context.destinationDisks, disk.id];
        const verdict = judge(disk, { ...context, destinationDisks });
        expect(verdict).toEqual({ offer: false, protected: true, reason: 'destination' });
      }),
    );
  });

  it('a disk image is offered only when asked for, a virtual disk never', () => {
    fc.assert(
      fc.property(anyDisk, anyContext, (disk, context) => {
        const verdict = judge(disk, context);
        if (!verdict.offer || disk.bus === 'slot') return;
        const isImage = disk.bus === 'disk-image' || disk.diskImage !== null;
        expect(isImage ? context.allowDiskImage : !disk.virtual).toBe(true);
      }),
    );
  });

  it('every offered disk has a size a device can have', () => {
    fc.assert(
      fc.property(anyDisk, anyContext, (disk, context) => {
        if (!judge(disk, context).offer) return;
        expect(Number.isSafeInteger(disk.bytes) && disk.bytes > 0).toBe(true);
        expect(disk.bytes % disk.sectorBytes).toBe(0);
      }),
    );
  });

  it('every refusal has words', () => {
    fc.assert(
      fc.property(anyDisk, fc.subarray([...roles]), anyContext, (disk, some, context) => {
        const verdict = judge({ ...disk, roles: some }, context);
        if (verdict.offer) return;
        expect(refusalWords(verdict.reason)).toMatch(/^(It|Its|There|The|This) [a-z].*\.$/i);
        expect(refusalWords(verdict.reason)).not.toContain('The reason given');
      }),
    );
  });

  it('a reason nobody knows is not an empty sentence', () => {
    expect(refusalWords('toString')).toBe('The reason given is “toString”.');
  });
});
