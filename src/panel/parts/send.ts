import type { Command } from '../../contract/panel.ts';

/**
 * Hands a command to PiKeep; resolves when it has been answered, with whether it was carried out. Whoever owns the page
 * shows a refusal.
 */
export type Send = (command: Command) => Promise<boolean>;
