import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../scripts/fuzz/change.ts';
import { allNames, chosenName } from '../../scripts/fuzz/choose.ts';
import {
  inputFolder,
  inputNames,
  judgeInput,
  soundInput,
} from '../../scripts/fuzz/inputs/index.ts';
import { judge, requireSame } from '../../scripts/fuzz/judge.ts';
import { CaseRunner } from '../../scripts/fuzz/run-case.ts';
import { loadSeed, seedNames } from '../../scripts/fuzz/seed.ts';
import { fuzz, replay } from '../../scripts/fuzz/watchdog.ts';
import { commandSchema, parseSnapshot } from '../../src/contract/panel.ts';
import { parseManifest } from '../../src/engine/image/manifest.ts';
import { fromWorkerSchema, toWorkerSchema } from '../../src/worker/protocol.ts';

const small = seedNames().filter((name) => name !== 'card-sample');

describe('the fuzzer', () => {
  it('finds nothing in its usual cases', { timeout: 60_000 }, async () => {
    const seeds = await fuzz({ names: small, first: 1, runs: 300 });
    expect(seeds).toEqual({ runs: 300, findings: [] });
    const inputs = await fuzz({ names: inputNames(), first: 1, runs: 2000 });
    expect(inputs).toEqual({ runs: 2000, findings: [] });
  });

  it('starts from seeds of which every file system is understood', async () => {
    for (const name of small) {
      const { kind, content, structure } = loadSeed(name);
      expect(structure.length).toBeGreaterThan(0);
      const { used } = await judge(kind, content);
      if (kind === 'ext' || kind === 'fat') expect(used, name).not.toBeNull();
    }
  });

  it('makes the same case of the same number, and leaves the seed as it was', async () => {
    const before = Buffer.from(loadSeed('ext3').content);
    const [one, other] = [new CaseRunner(''), new CaseRunner('')];
    for (let number = 0; number < 20; number++) {
      const made = await one.caseOf(number, ['ext3']);
      await one.run(made);
      expect(await other.caseOf(number, ['ext3'])).toEqual(made);
    }
    const content = loadSeed('ext3').content;
    const undo = applyChanges(content, [{ at: 1000, hex: 'a5', times: 5000 }]);
    expect(before.equals(content)).toBe(false);
    undo();
    expect(before.equals(content)).toBe(true);
  });

  it('starts from small inputs that their parsers take', async () => {
    const folder = inputFolder();
    try {
      for (const name of inputNames()) {
        for (let number = 0; number < 20; number++) {
          await judgeInput(name, soundInput(name, number), folder.path);
        }
      }
    } finally {
      folder.remove();
    }
    const taken = (name: string): unknown[] =>
      Array.from({ length: 20 }, (_, number) =>
        JSON.parse(`${Buffer.from(soundInput(name, number))}`),
      );
    for (const message of taken('input-to-worker'))
      expect(v.is(toWorkerSchema, message)).toBe(true);
    for (const message of taken('input-from-worker'))
      expect(v.is(fromWorkerSchema, message)).toBe(true);
    for (const command of taken('input-panel-command'))
      expect(v.is(commandSchema, command)).toBe(true);
    for (const snapshot of taken('input-panel-snapshot'))
      expect(parseSnapshot(snapshot)).not.toBeNull();
    for (const manifest of taken('input-manifest'))
      parseManifest(JSON.stringify(manifest), 'sound');
  });

  it('takes whatever a parser throws for a finding, with what does it again', async () => {
    const vector = { input: 'input-nothing-of-that-name', base64: '' };
    expect(await replay(vector)).toContain('No such parser');
  });

  it('chooses every seed and parser now and then', () => {
    const names = allNames();
    const chosen = new Set(
      Array.from({ length: 20_000 }, (_, number) => chosenName(number, names)),
    );
    expect([...chosen].sort()).toEqual([...names].sort());
  });

  it('notices a map that changes where it must not', async () => {
    const { kind, content } = loadSeed('fat12');
    const sound = await judge(kind, content);
    const everywhere = [{ offset: 0, bytes: content.length }];
    expect(() => requireSame(sound, sound, everywhere)).not.toThrow();
    expect(() => requireSame(sound, { used: [], partitions: [] }, everywhere)).toThrow('changed');
  });
});
