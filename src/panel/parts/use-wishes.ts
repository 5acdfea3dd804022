import { useEffect, useState } from 'preact/hooks';
import type { Preferences } from '../../contract/panel.ts';
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
  // Several changes may be on their way: each counts until it is the one that is known.
  useEffect(() => setPending((old) => stillUnknown(old, kept)), [known]);
  return {
    wishes: { ...kept, ...pending },
    change: async (change) => {
      setPending((old) => ({ ...old, ...change }));
      const isKept = await send({ command: 'pi-set', pi, change });
      if (!isKept) setPending((old) => without(old, change));
      return isKept;
    },
  };
}

/** What was refused is taken back; what was chosen meanwhile is not. */
function without(
  pending: Partial<Preferences>,
  refused: Partial<Preferences>,
): Partial<Preferences> {
  const values = new Map<string, unknown>(Object.entries(refused));
  const isOther = ([key, value]: [string, unknown]): boolean => values.get(key) !== value;
  return Object.fromEntries(Object.entries(pending).filter(isOther));
}

function stillUnknown(pending: Partial<Preferences>, kept: Preferences): Partial<Preferences> {
  const known = new Map<string, unknown>(Object.entries(kept));
  const isUnknown = ([key, value]: [string, unknown]): boolean =>
    inOrder(value) !== inOrder(known.get(key));
  return Object.fromEntries(Object.entries(pending).filter(isUnknown));
}

/** The same text for the same rules, in whichever order they were set. */
function inOrder(value: unknown): string {
  return value !== null && typeof value === 'object'
    ? JSON.stringify(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : JSON.stringify(value);
}
