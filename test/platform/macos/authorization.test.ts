import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMacAuthorizer } from '../../../src/platform/macos/authorization.ts';
import { temporaryFolder } from '../../support/file-systems.ts';
import { codeOf } from '../../support/mac/harness.ts';
import { findTool, needsTools } from '../../support/tools.ts';

const RIGHT = 'sys.openfile.readonly./dev/rdisk4';
const PROMPT = 'PiKeep wants to read “octopi” (32 GB). Nothing on it is changed.';
/** Interaction allowed, extend rights, pre-authorize; and destroy rights. */
const ASK = 0b10011;
const DESTROY = 0b1000;

describe.skipIf(needsTools('cc'))('asking for a right', () => {
  const folder = temporaryFolder();
  const framework = join(folder.path, 'Security.so');
  const record = join(folder.path, 'calls');

  beforeAll(() => {
    const source = fileURLToPath(
      new URL('../../support/mac/security-framework.c', import.meta.url),
    );
    execFileSync(findTool('cc') ?? 'cc', ['-shared', '-fPIC', '-o', framework, source]);
    process.env['PIKEEP_TEST_AUTHORIZATION'] = record;
  });
  afterAll(() => {
    delete process.env['PIKEEP_TEST_AUTHORIZATION'];
    folder.remove();
  });
  beforeEach(() => rmSync(record, { force: true }));

  const calls = () =>
    existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];

  it('passes the right and our words to the system, and returns the 32-byte form', async () => {
    const authorizer = createMacAuthorizer(framework);
    const form = await authorizer.authorize(RIGHT, PROMPT);
    expect(form).toHaveLength(32);
    expect(new Set(form).size).toBe(1);
    expect(calls()).toEqual([
      `create ${RIGHT} valueLength=0 value=0 prompt=${PROMPT} flags=${ASK}`,
    ]);
    await authorizer.release?.();
    expect(calls().at(-1)).toBe(`free ${form[0]} flags=${DESTROY}`);
  });

  it('is given back once, however often it is released', async () => {
    const authorizer = createMacAuthorizer(framework);
    await authorizer.release?.();
    await authorizer.authorize(RIGHT, PROMPT);
    await authorizer.release?.();
    await authorizer.release?.();
    expect(calls().filter((line) => line.startsWith('free'))).toHaveLength(1);
  });

  it('is given back before the next one is asked for', async () => {
    const authorizer = createMacAuthorizer(framework);
    const first = await authorizer.authorize(RIGHT, PROMPT);
    const second = await authorizer.authorize(RIGHT, PROMPT);
    expect(first[0]).not.toBe(second[0]);
    expect(calls().map((line) => line.split(' ')[0])).toEqual(['create', 'free', 'create']);
    await authorizer.release?.();
  });

  it('tells a cancelled dialog from a refusal and from anything else', async () => {
    const authorizer = createMacAuthorizer(framework);
    expect(await codeOf(authorizer.authorize('cancel', PROMPT))).toBe('DIALOG_CANCELLED');
    expect(await codeOf(authorizer.authorize('deny', PROMPT))).toBe('NOT_AUTHORIZED');
    expect(await codeOf(authorizer.authorize('odd', PROMPT))).toBe('TOOL_FAILED');
    expect(calls().some((line) => line.startsWith('free'))).toBe(false);
  });
});
