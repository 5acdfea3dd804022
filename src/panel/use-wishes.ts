import { useEffect, useState } from 'preact/hooks';
import type { Preferences } from '../contract/panel.ts';
import { useTools } from './page-tools.ts';

export interface Wishes {
  /** As they will be: what was just chosen counts at once. */
  readonly wishes: Preferences;
  /** Resolves whether it is kept. */
  readonly change: (change: Partial<Preferences>) => Promise<boolean>;
}

/** What is set for a Pi, and how to set something else. */
export function useWishes(pi: string, kept: Preferences): Wishes {
  const { send } = useTools();
  const [pending, setPending] = useState<Partial<Preferences>>({});
  const known = JSON.stringify(kept);
  // What is known now makes what was wished before old.
  useEffect(() => setPending({}), [known]);
  return {
    wishes: { ...kept, ...pending },
    change: async (change) => {
      setPending((old) => ({ ...old, ...change }));
      const isKept = await send({ command: 'pi-set', pi, change });
      if (!isKept) setPending({});
      return isKept;
    },
  };
}
