import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPlaces } from '../../../src/platform/macos/tools.ts';
import { createMacTrash } from '../../../src/platform/macos/trash.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { type ScriptTool, scriptTool } from '../../support/script-tool.ts';

/** What Foundation does is not played here, only what is made of its answer. */
describe('the Trash of macOS', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const made: ScriptTool[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    folder.remove();
    for (const tool of made.splice(0)) await tool.remove();
  });
  const file = (): string => {
    const path = join(folder.path, 'a "quoted" $(name).img');
    writeFileSync(path, 'x');
    return path;
  };
  async function trashBy(body: string) {
    const tool = await scriptTool(body);
    made.push(tool);
    const tools = { ...systemPlaces.tools, osascript: tool.program };
    return { tool, trash: createMacTrash({ tools }) };
  }

  it('gets the path as an argument of its own', async () => {
    const { tool, trash } = await trashBy('for last in "$@"; do :; done; rm -f "$last"');
    const path = file();
    await trash.move(path);
    const [call = []] = await tool.calls();
    expect(call.slice(0, 3)).toEqual(['-l', 'JavaScript', '-e']);
    expect(call.at(-1)).toBe(path);
    expect(call.join('\n')).not.toMatch(/Finder|Application\(/);
  });

  it('refuses with what the system said, and believes no success without effect', async () => {
    const refusal = await trashBy('echo "no Trash on this volume" >&2; exit 1');
    await expect(refusal.trash.move(file())).rejects.toMatchObject({
      code: 'TRASH_UNAVAILABLE',
      facts: { detail: 'no Trash on this volume' },
    });
    const liar = await trashBy('exit 0');
    const path = file();
    await expect(liar.trash.move(path)).rejects.toMatchObject({ code: 'TRASH_UNAVAILABLE' });
    expect(existsSync(path)).toBe(true);
  });
});
