import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { installElectronBuilder } from '../../scripts/package/electron-builder.ts';
import { needsTools } from '../support/tools.ts';

afterEach(() => vi.unstubAllEnvs());

it.skipIf(needsTools('npm'))(
  'electron-builder is installed by its lock file, also after Vite has built something',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pikeep-tools-'));
    try {
      vi.stubEnv('NODE_ENV', 'production');
      await installElectronBuilder(folder);
      expect(existsSync(join(folder, 'node_modules/electron-builder/cli.js'))).toBe(true);
      expect(existsSync(join(folder, 'node_modules/app-builder-lib/package.json'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
