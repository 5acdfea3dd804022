/** How a command of commander becomes a run with a session. */

import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Session } from './session.ts';

export type Action = (session: Session) => Promise<ExitCode>;

export type Run = (command: Command, action: Action) => Promise<void>;
