import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { locked } from '../../scripts/package/locked.ts';
import { checkIntegrity, koffiFor } from '../../scripts/package/native-packages.ts';

describe('a fetched package', () => {
  const content = Buffer.from('a package');
  const sum = createHash('sha512').update(content).digest('base64');

  it('is what the lock file says, byte for byte', () => {
    expect(() => checkIntegrity(content, `sha512-${sum}`, 'x')).not.toThrow();
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(3) ^ 1, 3);
    expect(() => checkIntegrity(changed, `sha512-${sum}`, 'x')).toThrow(/not what the lock file/);
  });

  it('needs a checksum that cannot be forged', () => {
    const weak = createHash('sha1').update(content).digest('base64');
    expect(() => checkIntegrity(content, `sha1-${weak}`, 'x')).toThrow(/no checksum that counts/);
  });

  it.each(['arm64', 'x64'] as const)('has its checksum in the lock file: %s', (architecture) => {
    const koffi = locked(koffiFor(architecture));
    expect(koffi.version).toBe(locked('koffi').version);
    expect(koffi.integrity).toMatch(/^sha512-/);
  });
});
