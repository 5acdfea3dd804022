import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerPanelRequest } from '../../src/app/scheme.ts';

let folder = '';
const panel = () => join(folder, 'panel');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pikeep-scheme-'));
  await mkdir(join(panel(), 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.js'), 'secret');
  await writeFile(join(panel(), 'index.html'), '<!doctype html>');
  await writeFile(join(panel(), 'assets/main-B1_x.js'), 'run()');
  await writeFile(join(panel(), '.sources'), 'digest');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the page of the app', () => {
  it.each([
    ['pikeep://panel/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['pikeep://panel/index.html?x#y', 'text/html; charset=utf-8', '<!doctype html>'],
    ['pikeep://panel/assets/main-B1_x.js', 'text/javascript; charset=utf-8', 'run()'],
  ])('%s is served with its type and a strict policy', async (url, type, content) => {
    const response = await answerPanelRequest(panel(), 'GET', url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await response.text()).toBe(content);
  });

  it.each([
    'pikeep://panel/../secret.js',
    'pikeep://panel/%2e%2e/secret.js',
    'pikeep://panel/..%2fsecret.js',
    'pikeep://panel/assets/..%5c..%5csecret.js',
    'pikeep://panel/assets//../../secret.js',
    'pikeep://panel/index.html%00.js',
    'pikeep://panel/.sources',
    'pikeep://panel/assets',
    'pikeep://panel/missing.js',
    'pikeep://other/index.html',
    'pikeep://panel:80/index.html',
    'pikeep://user@panel/../../etc/passwd',
    'file:///etc/passwd',
    'https://panel/index.html',
    'nonsense',
  ])('%s is refused', async (url) => {
    const response = await answerPanelRequest(panel(), 'GET', url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('is only read', async () => {
    const response = await answerPanelRequest(panel(), 'POST', 'pikeep://panel/index.html');
    expect(response.status).toBe(405);
  });
});
