/** Who shows the system's own dialog for a right, on systems that have one. */

import type { Authorizer, Platform } from './ports.ts';

/** Null where the system has no such dialog, and for a card in the slot, which needs none. */
export async function openAuthorizer({ name }: Pick<Platform, 'name'>): Promise<Authorizer | null> {
  if (name !== 'macos') return null;
  const { createMacAuthorizer } = await import('./macos/authorization.ts');
  return createMacAuthorizer();
}
