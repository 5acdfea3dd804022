import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beyondMounting } from '../../src/engine/compare-fat.ts';
import { DifferingSectors } from '../../src/engine/differing-sectors.ts';
import { nameFat } from '../../src/engine/owner-of-block-fat.ts';
import { emptyImage, temporaryFolder, tool } from '../support/file-systems.ts';
import { memoryDevice } from '../support/memory-device.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const volumes = [
  { bits: 12, bytes: 4 * MIB, clusterSectors: 4 },
  { bits: 16, bytes: 24 * MIB, clusterSectors: 4 },
  { bits: 32, bytes: 40 * MIB, clusterSectors: 1 },
] as const;

for (const { bits, bytes, clusterSectors } of volumes) {
  describe.skipIf(needsTools('mkfs.vfat', 'mcopy', 'mmd', 'mattrib', 'mdel', 'mren'))(
    `a FAT${bits} volume that was looked at since`,
    () => {
      const folder = temporaryFolder();
      const original = join(folder.path, 'original');
      const card = join(folder.path, 'card');
      const visited = join(folder.path, 'visited');
      const on = (program: string, ...args: string[]): string =>
        tool(program, ['-i', card, ...args]);
      const put = (name: string, content: string | Buffer): void => {
        const file = join(folder.path, 'file');
        writeFileSync(file, content);
        on('mcopy', '-o', file, `::${name}`);
      };

      beforeAll(() => {
        emptyImage(card, bytes);
        const form = ['-F', String(bits), '-s', String(clusterSectors), '-n', 'bootfs'];
        tool('mkfs.vfat', [...form, '-i', '5e3da3da', card]);
        put('config.txt', 'arm_64bit=1\n');
        put('cmdline.txt', 'console=tty1 root=PARTUUID=5e3da3da-02\n');
        put('kernel8.img', Buffer.alloc(300_000, 'kernel'));
        on('mmd', '::overlays');
        const overlays = Array.from({ length: 30 }, (_, index) => {
          const file = join(folder.path, `overlay ${index}.dtbo`);
          writeFileSync(file, `${index}`);
          return file;
        });
        on('mcopy', ...overlays, '::overlays');
        copyFileSync(card, original);
        visit();
        copyFileSync(card, visited);
      });
      beforeEach(() => copyFileSync(original, card));
      afterAll(() => folder.remove());

      /** What macOS leaves behind: folders, an index, marks that the volume is mounted. */
      const visit = (): void => {
        on('mmd', '::.Spotlight-V100', '::.Spotlight-V100/Store-V2', '::.fseventsd', '::.Trashes');
        put('.Spotlight-V100/Store-V2/store.db', Buffer.alloc(200_000, 'index'));
        put('.fseventsd/fseventsd-uuid', '6F0B8C0E-0000-4000-8000-000000000000');
        put('._.Trashes', Buffer.alloc(4096, 'attributes'));
        edit(setDirtyMarks);
        edit(setAccessDates);
      };
      const mountOnMac = (): void => copyFileSync(visited, card);
      const edit = (change: (content: Buffer) => void): void => {
        const content = readFileSync(card);
        change(content);
        writeFileSync(card, content);
      };
      const setDirtyMarks = (content: Buffer): void => {
        const at = bits === 32 ? 0x41 : 0x25;
        content[at] = (content[at] ?? 0) | 1;
        if (bits === 12) return;
        for (let copy = 0; copy < 2; copy++) {
          const fat = layout(content).fat(copy);
          if (bits === 16) content.writeUInt16LE(content.readUInt16LE(fat + 2) & ~0x8000, fat + 2);
          else content.writeUInt32LE((content.readUInt32LE(fat + 4) & ~0x08000000) >>> 0, fat + 4);
        }
      };
      const setAccessDates = (content: Buffer): void => {
        const { root } = layout(content);
        for (let at = root; at < root + 512 && content[at] !== 0; at += 32) {
          if (content[at + 11] !== 0x0f && content[at] !== 0xe5)
            content.writeUInt16LE(0x5b21, at + 18);
        }
      };
      const layout = (content: Buffer) => {
        const reserved = content.readUInt16LE(14);
        const sectors = content.readUInt16LE(22) || content.readUInt32LE(36);
        return {
          fat: (copy: number) => (reserved + copy * sectors) * 512,
          root: (reserved + 2 * sectors) * 512,
        };
      };
      const find = (content: Buffer, text: string): number => {
        const at = content.indexOf(text);
        expect(at).toBeGreaterThan(0);
        return at;
      };

      const compare = async () => {
        const [was, is] = [readFileSync(original), readFileSync(card)];
        const sectors = new DifferingSectors();
        sectors.compare(was, is, 0);
        const [image, now] = [memoryDevice(was), memoryDevice(is)];
        return {
          beyond: await beyondMounting(image, now, sectors.ranges),
          names: (await nameFat(image, now, sectors.ranges)).map(({ what }) => what),
        };
      };

      it('is the same when nobody wrote to it', async () => {
        expect(await compare()).toEqual({ beyond: null, names: [] });
      });

      it('is the same but for what mounting writes', async () => {
        mountOnMac();
        const { beyond, names } = await compare();
        expect(beyond).toBeNull();
        expect(names).toEqual(expect.arrayContaining(['boot sector', 'FAT']));
        expect(names).toContain('/config.txt (its date of last access)');
        expect(names).toContain('/.fseventsd (its folder entry)');
        if (bits === 32) expect(names).toContain('FSInfo');
      });

      it('is so after a second visit, too, when the hidden folders have changed again', async () => {
        const first = join(folder.path, 'first');
        mountOnMac();
        copyFileSync(original, first);
        try {
          copyFileSync(card, original);
          put('.Spotlight-V100/Store-V2/store.db', Buffer.alloc(120_000, 'another'));
          on('mdel', '::.fseventsd/fseventsd-uuid');
          expect((await compare()).beyond).toBeNull();
          on('mcopy', '-o', join(folder.path, 'file'), '::config.txt');
          expect((await compare()).beyond).toContain('/config.txt');
        } finally {
          copyFileSync(first, original);
        }
      });

      const changes: [string, () => void, string | RegExp][] = [
        ['a file written anew', () => put('config.txt', 'arm_64bit=0\n# why?\n'), '/config.txt'],
        [
          'a byte inside of a file',
          () => edit((content) => content.write('X', find(content, 'arm_64bit'))),
          /cluster \d+ differs/,
        ],
        ['a new file', () => put('ssh', ''), '/ssh was added'],
        [
          'a new file in a folder',
          () => put('overlays/new.dtbo', 'x'),
          '/overlays/new.dtbo was added',
        ],
        ['a missing file', () => on('mdel', '::cmdline.txt'), '/cmdline.txt'],
        ['a missing file in a folder', () => on('mdel', '::overlays/overlay 7.dtbo'), '/overlays/'],
        ['another name', () => on('mren', '::config.txt', 'old.txt'), '/config.txt'],
        ['other attributes', () => on('mattrib', '+h', '::config.txt'), '/config.txt'],
        [
          'another date of writing',
          () => edit((content) => content.writeUInt16LE(0x5b21, find(content, 'CMDLINE TXT') + 24)),
          '/cmdline.txt',
        ],
        ['another folder in the root', () => on('mmd', '::System Volume Information'), 'was added'],
        [
          'a hidden file that only looks so',
          () => put('.Trashes', 'a file'),
          '/.Trashes was added',
        ],
        [
          'a hidden folder in the wrong place',
          () => on('mmd', '::overlays/.Trashes'),
          '/overlays/.Trashes was added',
        ],
        [
          'the mark of a bad medium',
          () => {
            if (bits === 12) return edit((content) => void content.writeUInt8(2, 0x25));
            edit((content) => {
              const at = layout(content).fat(0) + (bits === 16 ? 3 : 7);
              content[at] = (content[at] ?? 0) & (bits === 16 ? ~0x40 : ~0x04);
            });
          },
          bits === 12 ? 'reserved sectors' : "the FAT's entry for cluster 1 differs",
        ],
        [
          'another serial number',
          () => edit((content) => void content.writeUInt32LE(1, bits === 32 ? 67 : 39)),
          'reserved sectors',
        ],
        [
          'code in the boot sector',
          () => edit((content) => void content.writeUInt8(0x99, 200)),
          'reserved sectors',
        ],
        [
          'a chain that leads elsewhere in one copy of the FAT',
          () =>
            edit((content) => {
              const at = layout(content).fat(1) + Math.floor((10 * bits) / 8);
              content[at] = (content[at] ?? 0) ^ 1;
            }),
          "the FAT's entry for cluster",
        ],
        [
          'a hidden folder that claims the clusters of a file',
          () =>
            edit((content) => {
              const folderAt = find(content, 'SPOTLI~1');
              const fileAt = find(content, 'KERNEL8 IMG');
              content.copy(content, folderAt + 26, fileAt + 26, fileAt + 28);
              content.write('broken', find(content, 'kernelkernel'));
            }),
          /.+/,
        ],
      ];
      it.each(changes)('is not the same with %s, mounted or not', async (what, change, because) => {
        if (!what.startsWith('a hidden')) {
          change();
          expect((await compare()).beyond).toMatch(because);
          copyFileSync(original, card);
        }
        if (what !== 'a hidden file that only looks so') mountOnMac();
        change();
        expect((await compare()).beyond).toMatch(because);
      });

      it('lets only a visit explain what lies in free space', async () => {
        const scribble = (): void =>
          edit((content) => content.write('remains of a deleted file', content.length - 8192));
        scribble();
        const { beyond, names } = await compare();
        expect(beyond).toMatch(/^free cluster \d+ differs$/);
        expect(names).toEqual(['free space']);
        mountOnMac();
        scribble();
        expect((await compare()).beyond).toBeNull();
      });

      it('names the file that a changed sector belongs to', async () => {
        edit((content) => content.write('X', find(content, 'kernelkernel') + 5000));
        expect((await compare()).names).toEqual(['/kernel8.img']);
        put('overlays/overlay 3.dtbo', 'changed');
        expect((await compare()).names).toContain('/overlays/overlay 3.dtbo (its folder entry)');
      });
    },
  );
}
