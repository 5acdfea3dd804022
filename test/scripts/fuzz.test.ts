import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../scripts/fuzz/change.ts';
import { judge, requireSame } from '../../scripts/fuzz/judge.ts';
import { CaseRunner } from '../../scripts/fuzz/run-case.ts';
import { loadSeed, seedNames } from '../../scripts/fuzz/seed.ts';
import { fuzz } from '../../scripts/fuzz/watchdog.ts';

const small = seedNames().filter((name) => name !== 'card-sample');

describe('the fuzzer', () => {
  it('finds nothing in its usual cases', { timeout: 60_000 }, async () => {
    const { runs, findings } = await fuzz({ names: small, first: 1, runs: 300 });
    expect(findings).toEqual([]);
    expect(runs).toBe(300);
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
    const [one, other] = [new CaseRunner(), new CaseRunner()];
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

  it('notices a map that changes where it must not', async () => {
    const { kind, content } = loadSeed('fat12');
    const sound = await judge(kind, content);
    const everywhere = [{ offset: 0, bytes: content.length }];
    expect(() => requireSame(sound, sound, everywhere)).not.toThrow();
    expect(() => requireSame(sound, { used: [], partitions: [] }, everywhere)).toThrow('changed');
  });
});
