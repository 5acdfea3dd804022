import { describe, expect, it } from 'vitest';
import { parseMachO, readMachO } from '../../scripts/package/mach-o.ts';
import { cpu, fat, fileType, thin } from '../support/mach-o-forge.ts';

describe('the header of a program of macOS', () => {
  it('says for which processor it is, and of which kind', () => {
    expect(parseMachO(thin(cpu.arm64))).toEqual({ architectures: ['arm64'], kind: 'executable' });
    expect(parseMachO(thin(cpu.x64, fileType.bundle))).toEqual({
      architectures: ['x64'],
      kind: 'bundle',
    });
    expect(parseMachO(thin(cpu.x64, fileType.library))?.kind).toBe('library');
  });

  it('names all processors of a universal one', () => {
    expect(parseMachO(fat(cpu.x64, cpu.arm64))).toEqual({
      architectures: ['x64', 'arm64'],
      kind: 'universal',
    });
  });

  it('names a processor that nobody knows by its number', () => {
    expect(parseMachO(thin(cpu.ppc))?.architectures).toEqual(['0x12']);
    const bigEndian = thin(cpu.ppc).swap32();
    expect(parseMachO(bigEndian)).toEqual({ architectures: ['0x12'], kind: 'executable' });
  });

  it('is not seen in other files', async () => {
    // A class file of Java 8 begins with the same four bytes; then come a minor and a major version.
    const java = Buffer.from('cafebabe00000034001d0a0006000f09', 'hex');
    for (const other of [java, Buffer.alloc(0), Buffer.from('#!/bin/sh\n'), Buffer.alloc(64)]) {
      expect(parseMachO(other)).toBe(null);
    }
    expect(await readMachO(process.execPath)).toEqual(
      process.platform === 'darwin' ? { architectures: [process.arch], kind: 'executable' } : null,
    );
  });

  it('that is cut off is none', () => {
    expect(parseMachO(thin(cpu.arm64).subarray(0, 12))).toBe(null);
    expect(parseMachO(fat(cpu.arm64, cpu.x64).subarray(0, 40))).toBe(null);
    const many = fat(cpu.arm64);
    many.writeUInt32BE(0xffffffff, 4);
    expect(parseMachO(many)).toBe(null);
  });
});
