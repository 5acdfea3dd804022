/** Several cards from one image at once: each with its own outcome, none disturbed by another. */

import { asPiKeepError, isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { RestoreResult } from '../worker/restore-results.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { type Consent, confirm, type Decision } from './restore-confirmation.ts';
import { restoreReport } from './restore-report.ts';
import { type How, restoreOne } from './restore-run.ts';
import type { Target } from './restore-survey.ts';
import type { Session } from './session.ts';

type Outcome = { readonly disk: string } & (
  | { readonly result: RestoreResult; readonly error: null }
  | { readonly result: null; readonly error: PiKeepError }
);

/**
 * Asks about one card after the other, then restores those that were confirmed at the same time. Resolves with the exit code
 * of the first card, in the order given, that was not restored; an interruption counts before everything else.
 */
export async function restoreMany(
  session: Session,
  {
    image,
    targets,
    consent,
    how,
  }: { image: string; targets: readonly Target[]; consent: Consent; how: How },
): Promise<ExitCode> {
  const decisions: { target: Target; decision: Decision | PiKeepError }[] = [];
  for (const target of targets) {
    decisions.push({ target, decision: await decide(session, target, consent) });
  }
  const outcomes = await Promise.all(
    decisions.map(async ({ target, decision }) => {
      const disk = target.seen.disk.id;
      const outcome: Outcome = await attempt(disk, async () => {
        if (typeof decision !== 'string') throw decision;
        return restoreOne(session, { image, target, decision, how });
      });
      tell(session, outcome);
      return outcome;
    }),
  );
  const failed = outcomes.filter(({ error }) => error !== null);
  const restored = outcomes.length - failed.length;
  session.printer.done({
    facts: {
      command: 'restore',
      image,
      restored: disksOf(outcomes.filter(({ error }) => error === null)),
      failed: disksOf(failed),
    },
    lines: [`${restored} of ${outcomes.length} cards restored.`],
  });
  return exitCodeFor(failed.flatMap(({ error }) => error ?? []));
}

/** A no for one card is no answer for the others; an interruption is. */
async function decide(
  session: Session,
  target: Target,
  consent: Consent,
): Promise<Decision | PiKeepError> {
  try {
    return await confirm(session, target, consent);
  } catch (error) {
    if (isPiKeepError(error, 'NOT_CONFIRMED', 'TARGET_TOO_SMALL')) return error;
    throw error;
  }
}

async function attempt(disk: string, work: () => Promise<RestoreResult>): Promise<Outcome> {
  try {
    return { disk, result: await work(), error: null };
  } catch (error) {
    return { disk, result: null, error: asPiKeepError(error) };
  }
}

function tell({ printer }: Session, { disk, result, error }: Outcome): void {
  if (error === null) {
    printer.happened('restored', restoreReport(result));
    return;
  }
  const { title, message, next } = explain(error);
  printer.happened('failed', {
    facts: { disk, code: error.code, title, message, next, facts: error.facts },
    lines: [`${disk} is not restored. ${title}. ${message}`, `  ${next}`],
  });
}

function disksOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ disk }) => disk);
}

function exitCodeFor(errors: readonly PiKeepError[]): ExitCode {
  const codes = errors.map(({ code }) => exitCodeOf(code));
  return codes.find((code) => code === exitCodes.interrupted) ?? codes[0] ?? exitCodes.done;
}
