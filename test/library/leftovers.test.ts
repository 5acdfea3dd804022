import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_SUFFIX } from '../../src/engine/image/manifest.ts';
import { clearLeftover, findLeftovers } from '../../src/library/leftovers.ts';
import { ownerNote } from '../../src/library/owner.ts';
import { temporaryFolder } from '../support/file-systems.ts';
import { asNobody } from '../support/nobody.ts';
import { needsRoot } from '../support/tools.ts';

describe('the rest of a backup that did not finish', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const die = async (): Promise<number> => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    return child.pid ?? 0;
  };

  it('is found and cleared, together with its early manifest', async () => {
    const pi = join(folder.path, 'octopi');
    mkdirSync(pi);
    const file = join(pi, 'octopi 2026-11-22 16.40.img.partial');
    writeFileSync(file, 'x'.repeat(5000));
    writeFileSync(`${file}.json`, JSON.stringify({ ...ownerNote(), pid: await die() }));
    writeFileSync(join(pi, `octopi 2026-11-22 16.40.img${MANIFEST_SUFFIX}`), '{}');
    const [leftover] = await findLeftovers(folder.path);
    expect(leftover).toMatchObject({ file, name: 'octopi 2026-11-22 16.40.img' });
    expect(leftover?.storedBytes).toBeGreaterThanOrEqual(5000);
    await clearLeftover(folder.path, file);
    expect(readdirSync(pi)).toEqual([]);
  });

  it.each(['img', 'img.gz', 'img.zst'])('takes its bmap along: .%s', async (format) => {
    const image = join(folder.path, `octopi.${format}`);
    for (const file of [
      `${image}.partial`,
      image + MANIFEST_SUFFIX,
      join(folder.path, 'octopi.bmap'),
    ])
      writeFileSync(file, '');
    writeFileSync(`${image}.partial.json`, JSON.stringify({ ...ownerNote(), pid: await die() }));
    await clearLeftover(folder.path, `${image}.partial`);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('leaves a bmap to an image of another format', async () => {
    for (const name of ['octopi.img.gz', 'octopi.bmap', 'octopi.img.partial'])
      writeFileSync(join(folder.path, name), '');
    const note = JSON.stringify({ ...ownerNote(), pid: await die() });
    writeFileSync(join(folder.path, 'octopi.img.partial.json'), note);
    await clearLeftover(folder.path, join(folder.path, 'octopi.img.partial'));
    expect(readdirSync(folder.path).toSorted()).toEqual(['octopi.bmap', 'octopi.img.gz']);
  });

  it('keeps image and manifest when the crash came after the image had its final name', async () => {
    const image = join(folder.path, 'octopi.img');
    for (const file of [image, image + MANIFEST_SUFFIX, `${image}.partial`])
      writeFileSync(file, '');
    writeFileSync(`${image}.partial.json`, JSON.stringify({ ...ownerNote(), pid: await die() }));
    await clearLeftover(folder.path, `${image}.partial`);
    expect(readdirSync(folder.path).toSorted()).toEqual([
      'octopi.img',
      `octopi.img${MANIFEST_SUFFIX}`,
    ]);
  });

  it('is told from one of before a restart, of another computer, and from a running one', async () => {
    const note = ownerNote();
    const cases: [string, unknown, boolean][] = [
      ['running', note, false],
      ['before a restart', { ...note, booted: note.booted - 86_400 }, true],
      ['another computer', { ...note, pid: 1, host: `${os.hostname()}-other` }, false],
      ['garbage', 'x', true],
    ];
    for (const [name, content, isLeftover] of cases) {
      const file = join(folder.path, `${name}.img.partial`);
      writeFileSync(file, '');
      writeFileSync(`${file}.json`, JSON.stringify(content));
      const found = (await findLeftovers(folder.path)).some((leftover) => leftover.file === file);
      expect(found, name).toBe(isLeftover);
    }
  });

  it('of another computer is found when nobody has written to it for days', async () => {
    const file = join(folder.path, 'network.img.partial');
    writeFileSync(file, '');
    writeFileSync(`${file}.json`, JSON.stringify({ ...ownerNote(), host: 'another.example' }));
    expect(await findLeftovers(folder.path)).toEqual([]);
    const days = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(file, days, days);
    expect(await findLeftovers(folder.path)).toMatchObject([{ file }]);
  });

  it('is not found where a note cannot be one: a pipe, a link, a folder, a long file, none', async () => {
    const secret = join(folder.path, 'secret');
    writeFileSync(secret, 'x');
    const notes: Record<string, (path: string) => void> = {
      pipe: (path) => execFileSync('mkfifo', [path]),
      link: (path) => symlinkSync(secret, path),
      folder: (path) => mkdirSync(path),
      long: (path) => writeFileSync(path, ' '.repeat(5000)),
      none: () => undefined,
    };
    for (const [name, make] of Object.entries(notes)) {
      const file = join(folder.path, `${name}.img.partial`);
      writeFileSync(file, 'of another program');
      make(`${file}.json`);
      await expect(clearLeftover(folder.path, file), name).rejects.toMatchObject({
        code: 'USAGE',
      });
    }
    expect(await findLeftovers(folder.path)).toEqual([]);
  });

  it.skipIf(needsRoot())('of another user keeps nobody from looking', async () => {
    const file = join(folder.path, 'theirs.img.partial');
    writeFileSync(file, '');
    writeFileSync(`${file}.json`, 'x', { mode: 0o600 });
    chmodSync(folder.path, 0o755);
    const found = await asNobody(
      "import { findLeftovers } from './src/library/leftovers.ts';",
      `console.log(JSON.stringify(await findLeftovers(${JSON.stringify(folder.path)})));`,
    );
    expect(found).toBe('[]');
  });

  it('is found when only the note was written', async () => {
    const file = join(folder.path, 'early.img.partial');
    writeFileSync(`${file}.json`, JSON.stringify({ ...ownerNote(), pid: await die() }));
    expect(await findLeftovers(folder.path)).toMatchObject([{ file, storedBytes: 0 }]);
    await clearLeftover(folder.path, file);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('clears nothing but leftovers of its own library', async () => {
    const outside = temporaryFolder();
    try {
      const victims = [join(outside.path, 'a.img.partial'), join(folder.path, 'proven.img')];
      for (const victim of victims) {
        writeFileSync(victim, 'x');
        await expect(clearLeftover(folder.path, victim)).rejects.toMatchObject({ code: 'USAGE' });
        expect(existsSync(victim)).toBe(true);
      }
      const sneaky = join(folder.path, '..', 'x.img.partial');
      await expect(clearLeftover(folder.path, sneaky)).rejects.toMatchObject({ code: 'USAGE' });
    } finally {
      outside.remove();
    }
  });

  it('has no leftovers in a library that does not exist', async () => {
    expect(await findLeftovers(join(folder.path, 'missing'))).toEqual([]);
  });
});
