import type { DiskView, JobState } from '../contract/panel.ts';
import { Action } from './action.tsx';
import { Tick } from './pictures.tsx';
import type { Send } from './send.ts';
import { duration, portion, size } from './words.ts';

type RestoredState = Extract<JobState, { is: 'restored' }>;

export interface RestoredProps {
  readonly job: string;
  readonly state: RestoredState;
  readonly disk: DiskView | null;
  readonly send: Send;
}

/** A finished restore, with what was checked. */
export function Restored({ job, state, disk, send }: RestoredProps) {
  const { skippedBytes, growth, willGrow, ejected } = state;
  return (
    <div class="outcome">
      <p class="verdict">
        <Tick /> Restored and proven
      </p>
      <dl>
        <dt>Written</dt>
        <dd>{written(state)}</dd>
        {skippedBytes > 0 && (
          <>
            <dt>Left</dt>
            <dd>{size(skippedBytes)} were right already</dd>
          </>
        )}
        <dt>Took</dt>
        <dd>{duration(state.seconds)}</dd>
      </dl>
      <ul class="checks" aria-label="What was checked">
        <li>
          <Tick />
          <span>
            {size(state.provenBytes)} {proof[state.verified]}
          </span>
        </li>
        {state.adjusted.map((one) => (
          <li key={one}>
            <Tick />
            <span>{one}</span>
          </li>
        ))}
      </ul>
      {growth && growth.spareBytes > 0 && (
        <p class="next">
          {willGrow
            ? `On its first start the system takes the other ${size(growth.spareBytes)} of the card.`
            : `${size(growth.spareBytes)} of the card stay unused. ${growth.advice}`}
        </p>
      )}
      {ejected && <p class="next ejected">The card is ejected. You can take it out.</p>}
      <div class="buttons">
        {disk && !ejected && (
          <Action
            kind="primary"
            command={{ command: 'eject', disk: disk.disk, card: disk.card }}
            send={send}
          >
            Eject
          </Action>
        )}
        <Action command={{ command: 'reveal', job }} send={send}>
          Show the report
        </Action>
      </div>
    </div>
  );
}

function written({ mapOrigin, mappedBytes, bytes, writtenBytes }: RestoredState): string {
  if (mapOrigin === 'whole') return `${size(writtenBytes)}, all of the image`;
  return writtenBytes < mappedBytes ? size(writtenBytes) : portion(mappedBytes, bytes);
}

const proof: Readonly<Record<RestoredState['verified'], string>> = {
  'read-back': 'read back from the card, equal byte for byte',
  'read-back-cached':
    'read back, equal byte for byte (through the cache: this reader has no way past it)',
};
