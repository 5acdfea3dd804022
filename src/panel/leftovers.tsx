import type { Snapshot } from '../contract/panel.ts';
import { Action } from './action.tsx';
import type { Send } from './send.ts';
import { size } from './words.ts';

export interface LeftoversProps {
  readonly leftovers: Snapshot['leftovers'];
  readonly send: Send;
}

/** Backups that did not come to their end, to be cleared away. */
export function Leftovers({ leftovers, send }: LeftoversProps) {
  if (leftovers.length === 0) return null;
  return (
    <section class="aside" aria-labelledby="leftovers">
      <h2 id="leftovers">Unfinished backups</h2>
      <ul>
        {leftovers.map(({ file, name, storedBytes }) => (
          <li key={file}>
            <span class="names">
              <span class="name" title={file}>
                {name}
              </span>
              <span class="detail">{size(storedBytes)}, cannot be used</span>
            </span>
            <Action
              kind="small"
              command={{ command: 'clear-leftover', file }}
              send={send}
              label={`Remove ${name}`}
            >
              Remove
            </Action>
          </li>
        ))}
      </ul>
    </section>
  );
}
