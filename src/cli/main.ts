#!/usr/bin/env node
/** The one program: the command line, and the two verbs by which PiKeep starts parts of itself. */

/**
 * `helper` runs as root and `worker` touches cards: they are dispatched before anything else is loaded, so that neither
 * shares a module with the command line that it does not need. (No `await` at the top level: the single executable is
 * one CommonJS file, which cannot have it.)
 */
async function start(verb: string | undefined): Promise<void> {
  if (verb === 'helper') {
    const { runHelper } = await import('../helper/main.ts');
    process.exit(await runHelper(process.argv.slice(3)));
  } else if (verb === 'worker') {
    const { runWorker } = await import('../worker/main.ts');
    runWorker();
  } else {
    const { runCommandLine } = await import('./command-line.ts');
    await runCommandLine(process.argv.slice(2));
  }
}

void start(process.argv[2]);
