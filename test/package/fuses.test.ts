import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FUSE_MARK, readFuses } from '../../scripts/package/fuse-wire.ts';
import { fuses } from '../../scripts/package/fuses.ts';

describe('the fuses of the package', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pikeep-fuses-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const programWith = (...parts: readonly string[]): string => {
    const file = join(folder, 'program');
    writeFileSync(file, Buffer.from(parts.join(''), 'latin1'));
    return file;
  };

  it('let nobody’s code in but what was signed with it', () => {
    const doors = [
      'runAsNode',
      'enableNodeOptionsEnvironmentVariable',
      'enableNodeCliInspectArguments',
      'grantFileProtocolExtraPrivileges',
    ] as const;
    expect(doors.map((name) => fuses[name])).toEqual(doors.map(() => false));
    const locks = ['enableEmbeddedAsarIntegrityValidation', 'onlyLoadAppFromAsar'] as const;
    expect(locks.map((name) => fuses[name])).toEqual(locks.map(() => true));
  });

  it('are read one by one in the order in which Electron has them', async () => {
    const names = Object.keys(fuses);
    for (const [index, name] of names.entries()) {
      const wire = names.map((_, place) => (place === index ? '1' : '0')).join('');
      const read = await readFuses(programWith('code', FUSE_MARK, '\x01\x08', wire, 'more code'));
      expect(Object.entries(read).filter(([, on]) => on)).toEqual([[name, true]]);
    }
  });

  it('are not guessed where there are none, two, too few, or others', async () => {
    for (const program of [
      ['code'],
      [FUSE_MARK, '\x01\x08', '00000000', FUSE_MARK, '\x01\x08', '00000000'],
      [FUSE_MARK, '\x01\x07', '0000000'],
      [FUSE_MARK, '\x02\x08', '00000000'],
    ]) {
      await expect(readFuses(programWith(...program))).rejects.toThrow('fuses');
    }
  });
});
