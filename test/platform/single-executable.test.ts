import { describe, expect, it } from 'vitest';
import {
  companionsOf,
  executableOf,
  isSingleExecutable,
  readableOf,
} from '../../src/platform/single-executable.ts';

const CONTENTS = '/Applications/PiKeep.app/Contents';

describe('the parts of a package', () => {
  it('find each other', () => {
    const archive = `${CONTENTS}/Resources/app.asar`;
    expect(executableOf(archive)).toBe(`${CONTENTS}/Helpers/pikeep`);
    expect(readableOf(archive)).toBe(`${CONTENTS}/Resources/app.asar.unpacked`);
    expect(companionsOf(executableOf(archive))).toEqual({
      requireFrom: `${readableOf(archive)}/pikeep`,
      panel: `${readableOf(archive)}/dist/panel`,
    });
  });

  it('have names that stay apart where capital and small letters are the same', () => {
    const names = [executableOf(`${CONTENTS}/Resources/app.asar`), `${CONTENTS}/MacOS/PiKeep`];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });
});

describe('the parts of a checkout', () => {
  it('find each other', () => {
    expect(executableOf('/home/pi/pikeep')).toBe('/home/pi/pikeep/dist/pikeep');
    expect(readableOf('/home/pi/pikeep')).toBe('/home/pi/pikeep');
    expect(companionsOf('/home/pi/pikeep/dist/pikeep')).toEqual({
      requireFrom: '/home/pi/pikeep/dist/pikeep',
      panel: '/home/pi/pikeep/dist/panel',
    });
  });

  it('do not take Node for the single executable', () => {
    expect(isSingleExecutable()).toBe(false);
  });
});
