/** Runs one command line from its words to the exit code. */

import { CommanderError } from 'commander';
import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import { VERSION } from '../version.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import { listenForInterruption } from './interruption.ts';
import { JsonPrinter } from './json-printer.ts';
import { globalOptionsOf } from './options.ts';
import { outputOf } from './output.ts';
import { buildProgram, usageErrorOf } from './program.ts';
import { openSession, type Session, type Surroundings } from './session.ts';
import { TextPrinter } from './text-printer.ts';

/** Milliseconds; any will do. */
const A_LONG_TIME = 2 ** 30;

/** Ends the process. */
export async function runCommandLine(words: readonly string[]): Promise<never> {
  const stdout = outputOf(process.stdout);
  const stderr = outputOf(process.stderr);
  const now = (): number => performance.now();
  // Even a command line that cannot be parsed is answered in the form it asks for.
  const printer = words.includes('--json')
    ? new JsonPrinter({ stdout, now })
    : new TextPrinter({ stdout, stderr, env: process.env, now });
  const interruption = listenForInterruption();
  // Waiting for cards must not look like having nothing to do: what watches them keeps no process alive by itself.
  setInterval(() => undefined, A_LONG_TIME);
  const { signal, keepOnAbort } = interruption;
  const code = await carryOut(words, { stdout, stderr, printer, signal, keepOnAbort });
  await Promise.all([stdout.flush(), stderr.flush()]);
  // Not by itself: Node can wait in its exit for threads of memory that is no longer used.
  process.exit(code);
}

/** What failed outside of a task is written down here; tasks have lines of their own. */
async function logged(
  { log }: Pick<Session, 'log'>,
  action: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const code = await action();
    log.stop({ code });
    return code;
  } catch (thrown) {
    const error = asPiKeepError(thrown);
    const { code, facts } = error;
    if (isPiKeepError(error, 'INTERNAL', 'TOOL_FAILED', 'TOOL_MISSING')) {
      log.write('error', { code, facts });
    }
    log.stop({ code: exitCodeOf(code) });
    throw thrown;
  }
}

async function carryOut(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { printer, stdout } = surroundings;
  let code: ExitCode = exitCodes.done;
  const program = buildProgram({
    version: VERSION,
    stdout,
    run: async (command, action) => {
      const session = await openSession(surroundings, globalOptionsOf(command), command.name());
      code = await logged(session, () => action(session));
    },
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? usageErrorOf(thrown) : asPiKeepError(thrown);
    if (error === null) return exitCodes.done;
    printer.error(error);
    return exitCodeOf(error.code);
  }
}
