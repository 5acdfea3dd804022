import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../scripts/card/seeded.ts';
import { ByteReader } from '../../src/engine/bytes.ts';
import { isPiKeepError } from '../../src/engine/errors.ts';
import { readGeometry } from '../../src/engine/fat-geometry.ts';
import type { FileTree } from '../../src/engine/file-tree.ts';
import {
  collect,
  openOnlyTree,
  readAll,
  snapshotFolder,
  snapshotTree,
} from '../support/file-snapshot.ts';
import { emptyImage, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const withOwners = false;

describe.skipIf(needsTools('mkfs.vfat', 'mcopy', 'mshowfat'))('files of FAT by mtools', () => {
  const folder = temporaryFolder();
  const source = join(folder.path, 'tree');
  const made = new Map<number, Buffer>();
  beforeAll(() => {
    const deep = join(source, 'overlays/one level/and another/UPPER');
    mkdirSync(deep, { recursive: true });
    for (let count = 0; count < 120; count++) {
      writeFileSync(join(source, `overlays/overlay number ${count}.dtbo`), `${count}`);
    }
    for (const [name, bytes] of Object.entries({
      'config.txt': 40,
      'KERNEL8.IMG': 300_000,
      'Ein langer Name mit Umlaut ä.txt': 5,
      'smile 日本語': 2000,
      'empty.txt': 0,
      [`${'n'.repeat(200)}`]: 700,
      'lower.TXT': 1,
    })) {
      writeFileSync(join(source, name), seededBytes('fat', name, bytes));
      utimesSync(join(source, name), 1_600_000_000, 1_600_000_000);
    }
    writeFileSync(join(deep, 'at the bottom'), seededBytes('fat', 'bottom', 70_000));
    for (const bits of [12, 16, 32] as const) {
      const image = emptyImage(
        join(folder.path, `fat${bits}`),
        { 12: 3, 16: 16, 32: 48 }[bits] * MIB,
      );
      tool('mkfs.vfat', [
        '-F',
        String(bits),
        ...(bits === 32 ? ['-s', '1'] : []),
        '-n',
        'bootfs',
        image,
      ]);
      tool('mcopy', ['-s', '-m', '-i', image, ...contentOf(source), '::']);
      made.set(bits, readFileSync(image));
    }
  });
  afterAll(() => folder.remove());

  const imageOf = (bits: number): Buffer => Buffer.from(made.get(bits) ?? []);

  for (const bits of [12, 16, 32]) {
    it(`are what mcopy takes out of it: FAT${bits}`, async () => {
      const tree = await openOnlyTree(memoryDevice(imageOf(bits)));
      const out = join(folder.path, `out${bits}`);
      mkdirSync(out);
      tool('mcopy', ['-s', '-m', '-i', join(folder.path, `fat${bits}`), '::*', out]);
      expect(await snapshotTree(tree, { withOwners })).toEqual(snapshotFolder(out, { withOwners }));
      expect(tree.problems).toEqual([]);
      expect(tree.fileSystem).toBe(`fat${bits}`);
      expect(tree.label).toBe('bootfs');
      for (const name of ['config.txt', 'smile 日本語']) {
        const facts = await tree.facts(`/${name}`);
        expect(facts?.modified).toBe(statSync(join(out, name)).mtimeMs);
        expect(facts?.modified).toBe(1_600_000_000_000);
        expect(facts).toMatchObject({ mode: null, inode: null, name });
      }
      expect(await tree.resolve('/CONFIG.txt')).toBe('/config.txt');
      expect(await tree.resolve('/OVERLAYS/One Level')).toBe('/overlays/one level');
      expect(await tree.facts('/overlays/none')).toBeNull();
    });
  }

  it('are refused where chains cross, come back, or end too soon', async () => {
    const image = imageOf(16);
    const kernel = clustersOf('fat16', '::KERNEL8.IMG');
    const bottom = clustersOf('fat16', '::overlays/one level/and another/UPPER/at the bottom');
    const geometry = readGeometry(new ByteReader(image.subarray(0, 512)));
    if (!geometry) throw new Error('no geometry');
    const changed = async (changes: [cluster: number, next: number][]): Promise<FileTree> => {
      const bytes = Buffer.from(image);
      for (const [cluster, next] of changes) {
        bytes.writeUInt16LE(next, geometry.fatOffset + cluster * 2);
      }
      return openOnlyTree(memoryDevice(bytes));
    };
    const third = kernel[3] ?? 0;
    const damage: Record<string, [number, number][]> = {
      'leads back to itself': [[third, kernel[1] ?? 0]],
      'leads to itself': [[third, third]],
      'is crossed by another': [[bottom[1] ?? 0, kernel[5] ?? 0]],
      'is entered at its first cluster': [[bottom[1] ?? 0, kernel[0] ?? 0]],
      'ends in free space': [[third, 0]],
      'ends too soon': [[third, 0xffff]],
      'leads nowhere': [[third, 0xfff0]],
    };
    for (const [what, changes] of Object.entries(damage)) {
      const tree = await changed(changes);
      await expect(readAll(tree, '/KERNEL8.IMG'), what).rejects.toThrow(
        expect.toSatisfy((error: unknown) => isPiKeepError(error, 'FILE_DAMAGED')),
      );
      expect((await readAll(tree, '/config.txt')).length, what).toBe(40);
    }
    // A folder that is its own child, and one in a ring.
    const [overlays = 0] = clustersOf('fat16', '::overlays');
    const ring = await changed([[overlays, overlays]]);
    await collect(ring.walk('/'));
    expect(ring.problems.join('\n')).toMatch(/overlays/);
  });

  it('never enter a folder that contains itself', async () => {
    const image = imageOf(16);
    const [overlays = 0] = clustersOf('fat16', '::overlays');
    const [inner = 0] = clustersOf('fat16', '::overlays/one level');
    const geometry = readGeometry(new ByteReader(image.subarray(0, 512)));
    if (!geometry) throw new Error('no geometry');
    for (let at = geometry.dataOffset; at < image.length; at += 32) {
      const isFolder = image[at + 11] === 0x10 && image.readUInt16LE(at + 26) === inner;
      if (isFolder && image[at] !== 0x2e) image.writeUInt16LE(overlays, at + 26);
    }
    const tree = await openOnlyTree(memoryDevice(image));
    const paths = (await collect(tree.walk('/'))).map(({ path }) => path);
    expect(paths).toContain('/overlays/one level');
    expect(paths.some((path) => path.startsWith('/overlays/one level/'))).toBe(false);
    expect(tree.problems.join('\n')).toContain('/overlays/one level was not entered');
  });

  it('have long names only where all parts belong together', async () => {
    const image = imageOf(16);
    const change = async (from: string, to: Buffer): Promise<string[]> => {
      const bytes = Buffer.from(image);
      const at = bytes.indexOf(Buffer.from(from, 'utf16le'));
      expect(at).toBeGreaterThan(0);
      to.copy(bytes, at);
      const tree = await openOnlyTree(memoryDevice(bytes));
      return (await collect(tree.list('/'))).map(({ name }) => name);
    };
    // A whole letter of two halves, one half alone, and a name that looks like a way up.
    expect(await change('smile', Buffer.from('😀', 'utf16le'))).toContain('😀ile 日本語');
    expect(await change('smile', Buffer.from([0x3d, 0xd8]))).toContain(
      '\\xED\\xA0\\xBDmile \\xE6\\x97\\xA5\\xE6\\x9C\\xAC\\xE8\\xAA\\x9E',
    );
    expect(await change('smile', Buffer.from('../', 'utf16le'))).toContain('..\\x2Fle 日本語');
    const bytes = Buffer.from(image);
    const last = bytes.indexOf(Buffer.from('smile', 'utf16le')) - 1;
    bytes[last] = 7;
    const tree = await openOnlyTree(memoryDevice(bytes));
    const names = (await collect(tree.list('/'))).map(({ name }) => name);
    expect(names.some((name) => name.includes('smile'))).toBe(false);
    expect(names.some((name) => /^SMILE.*~1$/.test(name))).toBe(true);
  });

  function clustersOf(image: string, path: string): number[] {
    const text = tool('mshowfat', ['-i', join(folder.path, image), path]);
    const clusters: number[] = [];
    for (const [, from, to] of text.matchAll(/<(\d+)(?:-(\d+))?>/g)) {
      for (let at = Number(from); at <= Number(to ?? from); at++) clusters.push(at);
    }
    return clusters;
  }
});

function contentOf(path: string): string[] {
  return Object.keys(snapshotFolder(path, { withOwners }))
    .filter((name) => name.lastIndexOf('/') === 0)
    .map((name) => join(path, name));
}
