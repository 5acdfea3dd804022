#!/usr/bin/env node
/** The one program: the command line, and the two verbs by which PiKeep starts parts of itself. */

/**
 * `helper` runs as root and `worker` touches cards: they are dispatched before anything else is loaded, so that neither
 * shares a module with the command line that it does not need. No top-level await: the program is also bundled as
 * CommonJS, which has none.
 */
async function dispatch([verb, ...rest]: readonly string[]): Promise<void> {
  if (verb === 'helper') {
    const { runHelper } = await import('../helper/main.ts');
    process.exitCode = await runHelper(rest);
  } else if (verb === 'worker') {
    const { runWorker } = await import('../worker/main.ts');
    runWorker();
  } else {
    const { runCommandLine } = await import('./command-line.ts');
    await runCommandLine(verb === undefined ? [] : [verb, ...rest]);
  }
}

void dispatch(process.argv.slice(2));
