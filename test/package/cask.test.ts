import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caskOf, caskText } from '../../scripts/package/cask.ts';
import { cacheFolderOf } from '../../src/library/cache-folder.ts';
import { recordsFolderOf } from '../../src/library/records-folder.ts';
import { logFolderOf } from '../../src/platform/log-place.ts';
import { settingsFile } from '../../src/platform/settings-file.ts';

const address = 'https://example.org/pikeep';

describe('the Homebrew cask', () => {
  it('names the disk images of both architectures with their checksums', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pikeep-cask-'));
    try {
      const arm64 = join(folder, 'arm64.dmg');
      const x64 = join(folder, 'x64.dmg');
      writeFileSync(arm64, 'one');
      writeFileSync(x64, 'two');
      const sum = (text: string) => createHash('sha256').update(text).digest('hex');
      const text = await caskOf({ version: '1.2.3', address }, { arm64, x64 });
      expect(text).toContain(`sha256 arm:   "${sum('one')}",\n         intel: "${sum('two')}"`);
      expect(text).toContain(`url "${address}/PiKeep-#{version}-#{arch}.dmg"`);
      expect(text).toContain('depends_on macos: ">= :ventura"');
      expect(text).toContain('/Contents/Helpers/pikeep"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes everything but backups away when somebody wants it to leave no trace', () => {
    const text = caskText({
      version: '1.2.3',
      address,
      arm64: 'a'.repeat(64),
      x64: 'b'.repeat(64),
    });
    const gone = [...text.matchAll(/^ {4}"~(\/.+)",$/gm)].map((match) => `/home/pi${match[1]}`);
    const mac = { platform: 'darwin', home: '/home/pi' } as const;
    const written = [
      settingsFile({ ...mac, configHome: undefined }),
      logFolderOf({ ...mac, stateHome: undefined }),
      recordsFolderOf({ ...mac, stateHome: undefined }),
      cacheFolderOf({ ...mac, cacheHome: undefined }),
    ];
    const below = (path: string) => gone.some((folder) => `${path}/`.startsWith(`${folder}/`));
    expect(written.filter((path) => !below(path))).toEqual([]);
  });

  it('takes nothing into its program that is not what it claims to be', () => {
    const good = { version: '1.2.3', address, arm64: 'a'.repeat(64), x64: 'b'.repeat(64) };
    expect(() => caskText(good)).not.toThrow();
    expect(() => caskText({ ...good, version: '1.2.3"; system "x' })).toThrow(/no version/);
    expect(() => caskText({ ...good, address: 'http://example.org' })).toThrow(/no address/);
    expect(() => caskText({ ...good, x64: '' })).toThrow(/no SHA-256/);
  });
});
