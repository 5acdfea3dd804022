/** Who shows the system's dialogs for the command line: the same as in the app, because it needs no window of ours. */

import type { Authorizer, Platform } from '../platform/ports.ts';

export interface ReleasableAuthorizer extends Authorizer {
  /** Gives the right back; may be called at any time. */
  release(): Promise<void>;
}

/** Null where the system has no such dialogs. */
export async function openAuthorizer({ name }: Platform): Promise<ReleasableAuthorizer | null> {
  if (name !== 'macos') return null;
  const { createMacAuthorizer } = await import('../platform/macos/authorization.ts');
  return createMacAuthorizer();
}
