import { useEffect, useState } from 'preact/hooks';
import type { AnswerTo, Command } from '../../contract/panel.ts';
import type { SettingsChange } from '../../contract/settings.ts';
import { useTools } from '../parts/page-tools.ts';
import { useAsk } from '../parts/use-ask.ts';
import { useReturn } from '../parts/use-return.ts';

type Shown = Partial<Pick<AnswerTo<'settings'>, keyof SettingsChange | 'loginItem'>>;

export interface SettingsOnPage {
  /** As they will be: what was just chosen counts at once. Null until they are known. */
  readonly settings: AnswerTo<'settings'> | null;
  readonly problem: ReturnType<typeof useAsk>['problem'];
  readonly askAgain: () => void;
  /** What was saved last, by the name of its row. */
  readonly saved: string | null;
  readonly set: (row: string, change: SettingsChange) => void;
  /** Resolves whether it was carried out. `shown` is what the page shows until that is known. */
  readonly command: (row: string, command: Command, shown?: Shown) => Promise<boolean>;
}

export function useSettings(): SettingsOnPage {
  const { snapshot, send } = useTools();
  // Both only ever grow: the sum is another one after every change of either.
  const revision = snapshot.settings.revision + snapshot.libraryRevision;
  const { answer, problem, askAgain } = useAsk('settings', { ask: 'settings' }, revision);
  const [pending, setPending] = useState<Shown>({});
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => setPending({}), [answer]);
  // Whoever comes back from System Settings or from another window may have changed something there.
  useReturn(askAgain);
  const command = async (row: string, what: Command, shown: Shown = {}): Promise<boolean> => {
    setSaved(null);
    setPending((old) => ({ ...old, ...shown }));
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
    settings: answer && { ...answer, ...pending },
    problem,
    askAgain,
    saved,
    set: (row, change) => void command(row, { command: 'settings-set', change }, change as Shown),
    command,
  };
}
