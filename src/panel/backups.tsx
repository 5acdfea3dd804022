import type { Snapshot } from '../contract/panel.ts';
import { Action } from './action.tsx';
import type { Send } from './send.ts';
import { size, when } from './words.ts';

export interface BackupsProps {
  readonly backups: Snapshot['backups'];
  /** How many older ones there are. */
  readonly more: number;
  readonly send: Send;
}

/** The backups of the library, folded away, each with the way back to a card. */
export function Backups({ backups, more, send }: BackupsProps) {
  const all = backups.length + more;
  if (all === 0) return null;
  return (
    <details class="aside">
      <summary>{all === 1 ? 'One backup' : `${all} backups`}</summary>
      <ul>
        {backups.map(({ backup, title, name, at, bytes, incomplete, verified }) => (
          <li key={backup}>
            <span class="names">
              <span class="name" title={name}>
                {title}
              </span>
              <span class="detail">
                {when(at)}, {size(bytes)} card
                {incomplete ? ', incomplete' : verified ? '' : ', unverified'}
              </span>
            </span>
            <Action
              kind="small"
              command={{ command: 'restore-open', from: { with: 'backup', backup } }}
              send={send}
              label={`Restore ${title} of ${when(at)}`}
            >
              Restore…
            </Action>
          </li>
        ))}
        {more > 0 && <li class="detail">and {more} older ones in the folder</li>}
      </ul>
    </details>
  );
}
