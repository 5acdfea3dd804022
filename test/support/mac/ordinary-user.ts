/** Root may read every device, so refusals are tested as somebody else. */

const NOBODY = 65534;

/**
 * From here on, this process and the programs it starts act as an ordinary user, until the returned function is called.
 * Nothing happens where the tests do not run as root.
 */
export function becomeOrdinaryUser(): () => void {
  if (process.getuid?.() !== 0 || !process.setegid || !process.seteuid) return () => {};
  process.setegid(NOBODY);
  process.seteuid(NOBODY);
  return () => {
    process.seteuid?.(0);
    process.setegid?.(0);
  };
}
