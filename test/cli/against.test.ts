import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { tool } from '../support/file-systems.ts';
import { attachLoop } from '../support/loop.ts';
import { faultyReader } from '../support/nbdkit.ts';
import { needsLoop, needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep, startPikeep, temporaryFolder } from './run-pikeep.ts';

const MIB = 1024 * 1024;
const BOOT = 8 * MIB;
const ROOT = 48 * MIB;

describe.skipIf(needsTools('gzip', 'zstd'))('verify --against', () => {
  const folder = temporaryFolder();
  const slot = join(folder.path, 'slot');
  const original = join(folder.path, 'original');
  const image = join(folder.path, 'octopi.img');
  const card = join(slot, 'octopi.img');
  const verify = (...more: string[]): Promise<Ended> =>
    pikeep(['verify', image, '--against', 'octopi', '--slot', slot, '--json', ...more]);
  const names = ({ events }: Ended): string[] =>
    events
      .filter(({ event }) => event === 'difference')
      .map((found) => `${found['partition']}:${found['what']}`);
  const edit = (change: (content: Buffer) => void): void => {
    const content = readFileSync(card);
    change(content);
    writeFileSync(card, content);
  };

  beforeAll(async () => {
    mkdirSync(slot);
    await writeSampleCard(original);
    copyFileSync(original, card);
    const backup = ['backup', 'octopi', '--slot', slot, '--to', image, '--verify', 'card'];
    const { code, events, last } = await pikeep([...backup, '--json']);
    expect(code).toBe(0);
    expect(undocumented(events)).toEqual([]);
    expect(events.map(({ phase }) => phase)).toContain('rereading');
    expect(last['checks']).toContainEqual({
      name: 'second reading',
      ok: true,
      detail: 'the card reads the same a second time',
    });
  });
  beforeEach(() => copyFileSync(original, card));
  afterAll(() => folder.remove());

  it('proves a restore of that image that nobody has proven, and of no other', async () => {
    const state = join(folder.path, 'state');
    const env = { XDG_STATE_HOME: state };
    const listed = async (): Promise<unknown> => {
      const { last } = await pikeep(['list', '--slot', slot, '--json'], { env });
      return (last['disks'] as { unproven: string | null }[])[0]?.unproven;
    };
    const restore = ['restore', image, 'octopi', '--yes', '--slot', slot, '--json'];
    expect((await pikeep(restore, { env })).code).toBe(0);
    const [record = ''] = globSync(join(state, 'pikeep/restores/*/record.json'));
    const other = join(folder.path, 'other.img');
    copyFileSync(image, other);
    copyFileSync(`${image}.pikeep.json`, `${other}.pikeep.json`);
    // As it is when the restore was killed while it read back.
    const text = readFileSync(record, 'utf8').replace('"state": "done"', '"state": "proving"');
    writeFileSync(record, text);
    expect(await listed()).toBe(basename(image));
    const against = (of: string) => ['verify', of, '--against', 'octopi', '--slot', slot, '--json'];
    expect((await pikeep(against(other), { env })).code).toBe(0);
    expect(await listed()).toBe(basename(image));
    expect((await pikeep(against(image), { env })).code).toBe(0);
    expect(await listed()).toBeNull();
  });

  it('finds the card unchanged: exit 0', async () => {
    const ended = await verify();
    expect(ended.code).toBe(0);
    expect(undocumented(ended.events)).toEqual([]);
    expect(ended.last).toMatchObject({ event: 'done', verdict: 'same', differingBytes: 0 });
    expect(names(ended)).toEqual([]);
  });

  for (const format of ['img.gz', 'img.zst'] as const) {
    it(`compares with an image that is packed, without unpacking it: ${format}`, async () => {
      const packed = join(folder.path, `packed-${format}.${format}`);
      const backup = ['backup', 'octopi', '--slot', slot, '--to', packed, '--full-hash', '--json'];
      const made = await pikeep(backup);
      expect(made.code).toBe(0);
      expect(undocumented(made.events)).toEqual([]);
      const unpack = format === 'img.gz' ? 'gzip' : 'zstd';
      const plain = execFileSync(unpack, ['-dc', packed], { maxBuffer: 256 * MIB });
      expect(createHash('sha256').update(plain).digest('hex')).toBe(made.last['plainSha256']);
      expect(plain.equals(readFileSync(card))).toBe(true);
      const against = ['verify', packed, '--against', 'octopi', '--slot', slot, '--json'];
      expect((await pikeep(against)).last).toMatchObject({ event: 'done', verdict: 'same' });
      edit((content) => content.write('X', content.indexOf('camera_auto_detect', BOOT)));
      const changed = await pikeep(against);
      expect(changed.code).toBe(6);
      expect(names(changed)).toEqual(['1:/config.txt']);
      const inspected = await pikeep(['inspect', packed, '--json']);
      expect(inspected.last).toMatchObject({ hostname: 'octopi', bytes: plain.length });
    });
  }

  it('refuses a file name and a format that say different things: exit 2', async () => {
    const to = join(folder.path, 'other.img.gz');
    const args = ['backup', 'octopi', '--slot', slot, '--to', to, '--format', 'img.zst', '--json'];
    expect(await pikeep(args)).toMatchObject({ code: 2, last: { code: 'USAGE' } });
  });

  it('names the file that has changed on the boot partition, and on the root partition: exit 6', async () => {
    edit((content) => {
      content.write('X', content.indexOf('camera_auto_detect', BOOT));
      content.write('X', content.indexOf('The printer is in the cellar', ROOT));
    });
    const ended = await verify();
    expect(ended.code).toBe(6);
    expect(undocumented(ended.events)).toEqual([]);
    expect(names(ended)).toEqual(['1:/config.txt', '2:/home/pi/notes.txt']);
    expect(ended.last).toMatchObject({
      event: 'error',
      code: 'CARD_DIFFERS',
      facts: {
        ranges: 2,
        places: '/config.txt on partition 1; /home/pi/notes.txt on partition 2',
      },
    });
    const text = await pikeep(['verify', image, '--against', 'octopi', '--slot', slot]);
    expect(text.code).toBe(6);
    expect(text.stdout).toContain('partition 1: /config.txt (512 bytes at ');
    expect(text.stderr).toContain('The card is not what is in the image.');
  });

  it('calls the partition table and the superblock by their names', async () => {
    edit((content) => {
      content.writeUInt8(1, 10);
      content.writeUInt16LE(99, ROOT + 1024 + 0x34);
    });
    const ended = await verify();
    expect(ended.code).toBe(6);
    expect(names(ended)).toEqual(['null:partition table', '2:superblock']);
  });

  it('refuses another card, and a card of another size: exit 4', async () => {
    edit((content) => content.writeUInt32LE(0x01020304, 440));
    const other = await verify();
    expect(other.code).toBe(4);
    expect(other.last).toMatchObject({ event: 'error', code: 'OTHER_CARD' });
    expect(String(other.last['message'])).toContain('01020304');
    copyFileSync(original, card);
    execFileSync('truncate', ['--size', '+1M', card]);
    expect(await verify()).toMatchObject({ code: 4, last: { code: 'OTHER_CARD' } });
  });

  it('does not take a damaged image for a changed card', async () => {
    const kept = readFileSync(image);
    const at = kept.indexOf('camera_auto_detect', BOOT);
    edit((content) => content.write('X', at));
    rmSync(image);
    writeFileSync(
      image,
      Buffer.concat([kept.subarray(0, at), Buffer.from('Y'), kept.subarray(at + 1)]),
    );
    try {
      expect(await verify()).toMatchObject({ code: 6, last: { code: 'VERIFY_DIFFERS' } });
    } finally {
      writeFileSync(image, kept);
    }
  });

  it('needs a manifest, and a card', async () => {
    const bare = ['verify', original, '--against', 'octopi', '--slot', slot, '--json'];
    expect(await pikeep(bare)).toMatchObject({ code: 1, last: { code: 'MANIFEST_MISSING' } });
    const nothing = ['verify', image, '--against', 'elsewhere', '--slot', slot, '--json'];
    expect(await pikeep(nothing)).toMatchObject({ code: 1, last: { code: 'NO_SUCH_DISK' } });
  });

  describe.skipIf(needsTools('mmd', 'mcopy'))('after a visit to a Mac', () => {
    const boot = `${card}@@${BOOT}`;
    const put = (name: string, content: string | Buffer): void => {
      const file = join(folder.path, 'file');
      writeFileSync(file, content);
      tool('mcopy', ['-o', '-i', boot, file, `::${name}`]);
    };
    const visit = (): void => {
      const folders = [
        '::.Spotlight-V100',
        '::.Spotlight-V100/Store-V2',
        '::.fseventsd',
        '::.Trashes',
      ];
      tool('mmd', ['-i', boot, ...folders]);
      put('.Spotlight-V100/Store-V2/store.db', Buffer.alloc(300_000, 'index'));
      put('.fseventsd/fseventsd-uuid', '6F0B8C0E');
      edit((content) => content.writeUInt8(1, BOOT + 0x41));
    };

    it('says "mounted", with a warning: exit 0', async () => {
      visit();
      const ended = await verify();
      expect(ended.code).toBe(0);
      expect(undocumented(ended.events)).toEqual([]);
      expect(ended.events).toContainEqual(
        expect.objectContaining({ event: 'warning', code: 'MOUNTED_SINCE' }),
      );
      expect(ended.last).toMatchObject({ event: 'done', verdict: 'mounted' });
      const found = ended.events.filter(({ event }) => event === 'difference');
      expect(found.length).toBeGreaterThan(5);
      expect(found.every(({ mounting }) => mounting === true)).toBe(true);
      expect(names(ended)).toEqual(
        expect.arrayContaining([
          '1:boot sector',
          '1:FSInfo',
          '1:FAT',
          '1:/.Trashes (its folder entry)',
        ]),
      );
    });

    it('still sees a changed config.txt: exit 6', async () => {
      visit();
      put('config.txt', 'arm_64bit=0\n');
      const ended = await verify();
      expect(ended.code).toBe(6);
      expect(names(ended)).toContain('1:/config.txt (its folder entry)');
      expect(String(ended.last['message'])).toContain('/config.txt');
      expect(ended.events.map(({ code }) => code)).not.toContain('MOUNTED_SINCE');
    });
  });

  describe.skipIf(needsLoop() || needsTools('mount', 'umount'))('with a real block device', () => {
    const undo: (() => Promise<unknown> | unknown)[] = [];
    afterEach(async () => {
      for (const step of undo.splice(0).reverse()) await step();
    });
    const against = (device: string): Promise<Ended> =>
      pikeep(['verify', image, '--against', device, '--allow-disk-image', '--json']);

    it('finds it unchanged, and says which file was written once it was mounted', async () => {
      const loop = await attachLoop(card);
      undo.push(() => loop.detach());
      const before = await against(loop.path);
      expect(before.code).toBe(0);
      expect(before.last).toMatchObject({ verdict: 'same', disk: loop.id });

      const root = await attachLoop(card, { offset: ROOT });
      const mounted = join(folder.path, 'mounted');
      mkdirSync(mounted);
      try {
        tool('mount', [root.path, mounted]);
        try {
          writeFileSync(join(mounted, 'home/pi/notes.txt'), 'It has moved to the attic.\n');
        } finally {
          tool('umount', [mounted]);
        }
      } finally {
        await root.detach();
      }
      tool('blockdev', ['--flushbufs', loop.path]);
      const after = await against(loop.path);
      expect(after.code).toBe(6);
      expect(names(after)).toEqual(
        expect.arrayContaining(['2:superblock', '2:journal', '2:/home/pi/notes.txt (its inode)']),
      );
    });

    it.skipIf(needsTools('nbdkit', 'nbdfuse', 'fusermount3'))(
      'fails, and says so, when the reader dies in the middle',
      async () => {
        const reader = await faultyReader(card, { bytesPerSecond: 4_000_000 });
        undo.push(() => reader.close());
        const args = ['verify', image, '--against', reader.path, '--allow-disk-image', '--json'];
        const running = startPikeep(args);
        await running.untilEvent(({ phase, bytes }) => phase === 'rereading' && Number(bytes) > 0);
        await reader.kill();
        const ended = await running.ended;
        expect(ended.code).toBe(1);
        expect(['READ_FAILED', 'DEVICE_GONE']).toContain(ended.last['code']);
      },
    );
  });
});
