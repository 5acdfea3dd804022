/** Says what went wrong where a developer looks; the user is told by the panel. */
export function report(error: unknown): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`PiKeep: ${words}\n`);
}
