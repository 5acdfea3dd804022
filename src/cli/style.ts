/** The few colours of the command line. */

export interface Style {
  strong(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  careful(text: string): string;
}

/** `NO_COLOR` (no-color.org) turns colours off when it is set to anything but the empty string. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  const coloured = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (start: number, end: number) => (text: string) =>
    coloured ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return {
    strong: paint(1, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    careful: paint(33, 39),
  };
}
