import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewResult } from '../../src/worker/file-results.ts';
import { runPreview } from '../../src/worker/preview-task.ts';
import { type FilesCard, filesTools, folderForCard, makeFilesCard } from '../support/files-card.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

describe.skipIf(needsTools(...filesTools))('a look into a file', () => {
  let card: FilesCard;
  const look = async (path: string): Promise<PreviewResult['shown']> => {
    const { source, cacheFolder } = card;
    const task = { task: 'preview', target: 'card.img', source, unpack: false, cacheFolder, path };
    return (await runPreview({ ...task, task: 'preview' }, taskContext())).shown;
  };

  beforeAll(() => {
    const folder = folderForCard();
    const [tree, boot] = [join(folder, 'tree'), join(folder, 'boot')];
    mkdirSync(join(tree, 'etc'), { recursive: true });
    mkdirSync(boot);
    writeFileSync(join(boot, 'config.txt'), 'arm_64bit=1\r\n');
    const files: Record<string, string | Uint8Array> = {
      empty: '',
      german: 'Müller\tgrün\n',
      latin: Buffer.from(`a long enough text with one \xe9 in it${'.'.repeat(30)}`, 'latin1'),
      wide: Buffer.from('\ufeffhostname', 'utf16le'),
      colours: '\u001b[31mred\u001b[0m\n',
      // Its letters do not end where the look does.
      long: `x${'ü'.repeat(40_000)}`,
      'program.txt': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2]),
      noise: Buffer.from(Array.from({ length: 5000 }, (_, index) => 1 + ((index * 73) % 255))),
      'picture.txt': PNG,
      'photo.png': Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100_000, 9)]),
      'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'web.webp': Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'),
      'old.gif': 'GIF89a',
      'huge.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(tree, name), content);
    const file = openSync(join(tree, 'huge.jpg'), 'r+');
    ftruncateSync(file, 9 * MIB);
    closeSync(file);
    symlinkSync('../german', join(tree, 'etc/link'));
    card = makeFilesCard(folder, { tree, boot, rootMib: 24 });
  });
  afterAll(() => card?.remove());

  it('shows texts, whatever they are called', async () => {
    const whole = (text: string) => ({ kind: 'text', text, isCut: false });
    expect(await look('/empty')).toEqual(whole(''));
    expect(await look('boot:/config.txt')).toEqual(whole('arm_64bit=1\r\n'));
    expect(await look('/german')).toEqual(whole('Müller\tgrün\n'));
    expect(await look('/etc/link')).toEqual(whole('Müller\tgrün\n'));
    expect(await look('/wide')).toEqual(whole('hostname'));
    expect(await look('/colours')).toEqual(whole('\u001b[31mred\u001b[0m\n'));
    expect(await look('/latin')).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('\ufffd'),
    });
    expect(await look('/drawing.svg')).toMatchObject({ kind: 'text' });
    const long = await look('/long');
    expect(long).toMatchObject({ kind: 'text', isCut: true });
    expect(long.kind === 'text' && /^xü+$/.test(long.text)).toBe(true);
  });

  it('shows pictures by their content, whole or not at all', async () => {
    const data = PNG.toString('base64');
    expect(await look('/picture.txt')).toEqual({ kind: 'picture', mediaType: 'image/png', data });
    const photo = await look('/photo.png');
    expect(photo).toMatchObject({ kind: 'picture', mediaType: 'image/jpeg' });
    expect(photo.kind === 'picture' && Buffer.from(photo.data, 'base64').length).toBe(100_004);
    expect(await look('/web.webp')).toMatchObject({ mediaType: 'image/webp' });
    expect(await look('/old.gif')).toMatchObject({ mediaType: 'image/gif' });
    expect(await look('/huge.jpg')).toEqual({
      kind: 'nothing',
      why: expect.stringContaining('9.4 MB'),
    });
  });

  it('says when there is nothing to show', async () => {
    expect(await look('/program.txt')).toMatchObject({ kind: 'nothing' });
    expect(await look('/noise')).toMatchObject({ kind: 'nothing' });
    await expect(look('/etc')).rejects.toThrow('NO_SUCH_FILE');
    await expect(look('/none')).rejects.toThrow('NO_SUCH_FILE');
  });
});
