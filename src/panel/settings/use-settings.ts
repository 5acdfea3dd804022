import { useState } from 'preact/hooks';
import type { AnswerTo, Command } from '../../contract/panel.ts';
import type { SettingsChange } from '../../contract/settings.ts';
import { useTools } from '../parts/page-tools.ts';
import { useAsk } from '../parts/use-ask.ts';
import { useReturn } from '../parts/use-return.ts';

type Shown = Partial<Pick<AnswerTo<'settings'>, keyof SettingsChange | 'loginItem'>>;

/** Something that was chosen and that no answer knows of yet. */
interface Chosen {
  readonly shown: Shown;
  /** The round of the question whose answer knows of it; null while it is being carried out. */
  readonly knownIn: number | null;
}

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
  const { answer, problem, askAgain, round } = useAsk('settings', { ask: 'settings' }, revision);
  const [chosen, setChosen] = useState<readonly Chosen[]>([]);
  const [saved, setSaved] = useState<string | null>(null);
  // Whoever comes back from System Settings or from another window may have changed something there.
  useReturn(askAgain);
  // An answer that was on its way when something was chosen does not know of it, and must not take it back.
  const isUnknown = ({ knownIn }: Chosen): boolean => knownIn === null || knownIn > round;
  const command = async (row: string, what: Command, shown: Shown = {}): Promise<boolean> => {
    const mine: Chosen = { shown, knownIn: null };
    setSaved(null);
    setChosen((old) => [...old.filter(isUnknown), mine]);
    const isDone = await send(what);
    if (isDone) {
      setSaved(row);
      const knownIn = askAgain();
      setChosen((old) => old.map((one) => (one === mine ? { shown, knownIn } : one)));
    } else {
      setChosen((old) => old.filter((one) => one !== mine));
      // Why not is said at the top.
      scrollTo(0, 0);
    }
    return isDone;
  };
  const shown = chosen.filter(isUnknown).map((one) => one.shown);
  return {
    settings: answer && Object.assign({ ...answer }, ...shown),
    problem,
    askAgain,
    saved,
    set: (row, change) => void command(row, { command: 'settings-set', change }, change as Shown),
    command,
  };
}
