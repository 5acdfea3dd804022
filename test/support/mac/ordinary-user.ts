/** Root may read every device, so refusals are tested as somebody else. */

import koffi from 'koffi';

const NOBODY = 65534;

/**
 * From here on, this process and the programs it starts are an ordinary user, until the returned function is called. Only
 * the saved user id stays root's, for the way back, and no program inherits that (man setresuid, man execve). Nothing
 * happens where the tests do not run as root. Linux.
 */
export function becomeOrdinaryUser(): () => void {
  if (process.getuid?.() !== 0) return () => {};
  const groups = process.getgroups?.() ?? [];
  const library = koffi.load(null);
  const setUsers = library.func('int setresuid(uint32_t, uint32_t, uint32_t)');
  const setGroups = library.func('int setresgid(uint32_t, uint32_t, uint32_t)');
  const must = (status: number) => {
    if (status !== 0) throw new Error(`errno ${koffi.errno()}`);
  };
  process.setgroups?.([]);
  must(setGroups(NOBODY, NOBODY, 0));
  must(setUsers(NOBODY, NOBODY, 0));
  return () => {
    must(setUsers(0, 0, 0));
    must(setGroups(0, 0, 0));
    process.setgroups?.(groups);
  };
}
