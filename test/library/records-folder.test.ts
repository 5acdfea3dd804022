import { expect, it } from 'vitest';
import { recordsFolder, recordsFolderOf } from '../../src/library/records-folder.ts';

it.each([
  ['darwin', '/state', '/home/pi/Library/Logs/PiKeep'],
  ['linux', undefined, '/home/pi/.local/state/pikeep'],
  ['linux', '', '/home/pi/.local/state/pikeep'],
  ['linux', 'relative', '/home/pi/.local/state/pikeep'],
  ['linux', '/state', '/state/pikeep'],
] as const)('records on %s with XDG_STATE_HOME=%s lie in %s', (platform, stateHome, folder) => {
  expect(recordsFolderOf({ platform, home: '/home/pi', stateHome })).toBe(folder);
});

it('records of the tests do not lie among those of whoever runs them', () => {
  const inherited = process.env['XDG_STATE_HOME'] ?? '';
  expect(inherited).toContain('pikeep-test-state');
  if (process.platform !== 'darwin') expect(recordsFolder()).toBe(`${inherited}/pikeep`);
});
