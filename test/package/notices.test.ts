import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildNotices, shippedPackages } from '../../scripts/build-notices.ts';

const names = ['THIRD-PARTY-NOTICES.txt', 'sbom.cdx.json'];

describe('whose work ships', () => {
  it('is the same each time it is written, and complete', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pikeep-notices-'));
    try {
      const build = async () => {
        await buildNotices(folder);
        return names.map((name) => readFileSync(join(folder, name), 'utf8'));
      };
      const [notices = '', components = ''] = await build();
      expect(await build()).toEqual([notices, components]);

      const shipped = shippedPackages();
      expect(shipped.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['koffi', 'valibot', 'electron', 'node', '@vscode/sudo-prompt']),
      );
      expect(shipped.map(({ name }) => name)).not.toContain('vitest');
      for (const { name, locked } of shipped.filter((one) => one.locked.optional !== true)) {
        expect(notices).toContain(`${name}@${locked.version} (`);
      }
      expect(notices).toContain('Permission is hereby granted, free of charge');

      const bom = JSON.parse(components);
      expect(bom).toMatchObject({
        bomFormat: 'CycloneDX',
        metadata: { component: { name: expect.any(String) } },
      });
      const listed: string[] = bom.components.map((one: { purl: string }) => one.purl);
      expect(listed).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^pkg:npm\/electron@/),
          expect.stringMatching(/^pkg:npm\/%40koromix\/koffi-darwin-arm64@/),
        ]),
      );
      expect(listed.filter((purl) => /vitest|biome/.test(purl))).toEqual([]);
      expect(components).not.toMatch(/"timestamp"|serialNumber/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
