/** Who shows the system's dialogs for the command line: the same as in the app, because it needs no window of ours. */

import type { Authorizer, Platform } from '../platform/ports.ts';

/** Null where the system has no such dialogs. */
export async function openAuthorizer({ name }: Platform): Promise<Authorizer | null> {
  if (name !== 'macos') return null;
  const { createMacAuthorizer } = await import('../platform/macos/authorization.ts');
  return createMacAuthorizer();
}
