/** Runs one check after the other, whatever the one before said, and gives every one its verdict. */

import { isPiKeepError } from '../../src/engine/errors.ts';
import { explain } from '../../src/engine/explain.ts';
import { type Check, type Finding, NeedsHuman, NotHere, type Verdict } from './check.ts';
import type { Stage } from './stage.ts';

export async function runChecks(
  checks: readonly Check[],
  stage: Stage,
  tell: (finding: Finding) => void = () => undefined,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await find(check, stage);
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

async function find(check: Check, stage: Stage): Promise<Finding> {
  const { name, assumption, source, how } = check;
  const found = (verdict: Verdict, detail: string): Finding => {
    return { name, assumption, source, verdict, detail };
  };
  if ('steps' in how) return found('needs a human', how.steps);
  if (check.onlyReal && !stage.world.real) return found('not here', 'only a real Mac knows');
  try {
    return found('passed', await how.run(stage));
  } catch (error) {
    if (error instanceof NotHere) return found('not here', error.message);
    if (error instanceof NeedsHuman) return found('needs a human', error.message);
    return found('failed', wordsOf(error));
  } finally {
    await stage.recorder.look(name);
  }
}

function wordsOf(error: unknown): string {
  if (!isPiKeepError(error)) return error instanceof Error ? error.message : String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.code}: ${explain(error).message}${cause}`;
}
