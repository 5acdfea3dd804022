import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const register = join(import.meta.dirname, '../support/electron/register.ts');

/** Each line of CommonJS with what it throws, tried one after the other in a process with the stand-in in place. */
const refusals = {
  'electron.net': 'The stand-in for Electron has no electron.net',
  'electron.app.relaunch()': 'The stand-in for Electron has no app.relaunch',
  'electron.shell.beep()': 'The stand-in for Electron has no shell.beep',
  'electron.Notification.getHistory()': 'The stand-in for Electron has no Notification.getHistory',
  'new electron.Notification().remove()': 'The stand-in for Electron has no Notification.remove',
  "electron.protocol.handle('x', () => null)": 'the app is not ready',
  "electron.utilityProcess.fork('x.js')": 'the app is not ready',
  'new electron.BrowserWindow({ webPreferences: { sandbox: false } })':
    'only sandboxed, isolated pages without Node are modelled',
};

it('the stand-in for Electron refuses what it does not model and what Electron would not do yet', () => {
  const attempt = (line: string) =>
    `try { ${line}; found.push('nothing'); } catch (error) { found.push(error.message); }`;
  const script = [
    "const electron = require('electron'); const found = [];",
    ...Object.keys(refusals).map(attempt),
    'console.log(JSON.stringify(found)); process.exit();',
  ].join('\n');
  const output = execFileSync(process.execPath, ['--import', register, '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toEqual(Object.values(refusals));
});
