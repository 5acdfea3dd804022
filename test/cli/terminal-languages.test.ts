import { expect, it } from 'vitest';
import { terminalLanguages } from '../../src/cli/terminal-languages.ts';

it.each([
  [{ LC_ALL: 'de_CH.UTF-8', LANG: 'fr_FR.UTF-8' }, ['de-CH']],
  [{ LC_ALL: '', LC_MESSAGES: 'ja_JP.UTF-8', LANG: 'fr_FR.UTF-8' }, ['ja-JP']],
  [{ LANG: 'zh_CN.UTF-8' }, ['zh-CN']],
  [{ LANG: 'C.UTF-8' }, ['en-GB']],
  [{ LC_ALL: 'POSIX', LANG: 'de_DE' }, ['en-GB']],
  [{}, [new Intl.DateTimeFormat().resolvedOptions().locale]],
])('a terminal with %j reads %j', (environment, languages) => {
  expect(terminalLanguages(environment)).toEqual(languages);
});
