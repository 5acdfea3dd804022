import { useEffect, useState } from 'preact/hooks';
import type { AnswerTo, Command } from '../contract/panel.ts';
import type { SettingsChange } from '../contract/settings.ts';
import { useTools } from './page-tools.ts';
import { useAsk } from './use-ask.ts';

export interface SettingsOnPage {
  /** As they will be: what was just chosen counts at once. Null until they are known. */
  readonly settings: AnswerTo<'settings'> | null;
  readonly problem: ReturnType<typeof useAsk>['problem'];
  readonly askAgain: () => void;
  /** What was saved last, by the name of its row. */
  readonly saved: string | null;
  readonly set: (row: string, change: SettingsChange) => void;
  /** Resolves whether it was carried out. */
  readonly command: (row: string, command: Command) => Promise<boolean>;
}

export function useSettings(): SettingsOnPage {
  const { snapshot, send } = useTools();
  // Both only ever grow: the sum is another one after every change of either.
  const revision = snapshot.settings.revision + snapshot.libraryRevision;
  const { answer, problem, askAgain } = useAsk('settings', { ask: 'settings' }, revision);
  const [pending, setPending] = useState<SettingsChange>({});
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => setPending({}), [answer]);
  // Whoever comes back from System Settings or from another window may have changed something there.
  useEffect(() => {
    addEventListener('focus', askAgain);
    return () => removeEventListener('focus', askAgain);
  });
  const command = async (row: string, what: Command): Promise<boolean> => {
    setSaved(null);
    const isDone = await send(what);
    if (isDone) setSaved(row);
    else {
      setPending({});
      // Why not is said at the top.
      scrollTo(0, 0);
    }
    return isDone;
  };
  return {
    settings: answer && { ...answer, ...(pending as Partial<typeof answer>) },
    problem,
    askAgain,
    saved,
    set: (row, change) => {
      setPending((old) => ({ ...old, ...change }));
      void command(row, { command: 'settings-set', change });
    },
    command,
  };
}
