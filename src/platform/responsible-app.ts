/** Which app macOS holds responsible for what this process opens: the one that started it, not the program itself. */

/** By the name that each terminal gives itself in TERM_PROGRAM, as its app is called in System Settings. */
const terminals: Readonly<Record<string, string>> = {
  Apple_Terminal: 'Terminal',
  'iTerm.app': 'iTerm',
  vscode: 'Visual Studio Code',
  WarpTerminal: 'Warp',
  WezTerm: 'WezTerm',
  ghostty: 'Ghostty',
  Hyper: 'Hyper',
  Tabby: 'Tabby',
  zed: 'Zed',
};

/**
 * `own`: the app's name where PiKeep is one. A terminal goes before: what is started in one is the terminal's, also an app that
 * is run by its path. Null for an unknown terminal, for one behind tmux or screen, and far away through SSH.
 */
export function responsibleApp(environment: NodeJS.ProcessEnv, own: string | null): string | null {
  const program = environment['TERM_PROGRAM'];
  if (program === undefined) return environment['SSH_CONNECTION'] === undefined ? own : null;
  return Object.hasOwn(terminals, program) ? (terminals[program] ?? null) : null;
}
