import type { DiskView, JobState } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { Tick } from '../parts/pictures.tsx';
import { duration, portion, size } from '../parts/words.ts';

type RestoredState = Extract<JobState, { is: 'restored' }>;

export interface RestoredProps {
  readonly job: string;
  readonly state: RestoredState;
  readonly disk: DiskView | null;
}

/** A finished restore, with what was checked. */
export function Restored({ job, state, disk }: RestoredProps) {
  const { skippedBytes, growth, willGrow, ejected } = state;
  return (
    <div class="outcome">
      <p class="verdict">
        <Tick /> {say`Restored and proven`}
      </p>
      <dl>
        <dt>{say`Written`}</dt>
        <dd>{written(state)}</dd>
        {skippedBytes > 0 && (
          <>
            <dt>{say`Left`}</dt>
            <dd>{say`${size(skippedBytes)} were right already`}</dd>
          </>
        )}
        <dt>{say`Took`}</dt>
        <dd>{duration(state.seconds)}</dd>
      </dl>
      <ul class="checks" aria-label={say`What was checked`}>
        <li class="whole">
          <Tick />
          <span>{sayPhrase(proof[state.verified], size(state.provenBytes))}</span>
        </li>
        {state.adjusted.map((one) => (
          <li key={one} class="whole">
            <Tick />
            <span>{one}</span>
          </li>
        ))}
      </ul>
      {growth && growth.spareBytes > 0 && (
        <p class="next">
          {willGrow
            ? say`On its first start the system takes the other ${size(growth.spareBytes)} of the card.`
            : say`${size(growth.spareBytes)} of the card stay unused. ${growth.advice}`}
        </p>
      )}
      {ejected && <p class="next ejected">{say`The card is ejected. You can take it out.`}</p>}
      <div class="buttons">
        {disk && !ejected && (
          <Action kind="primary" command={{ command: 'eject', disk: disk.disk, card: disk.card }}>
            {say`Eject`}
          </Action>
        )}
        <Action command={{ command: 'reveal', job }}>{say`Show the report`}</Action>
      </div>
    </div>
  );
}

function written({ mapOrigin, mappedBytes, bytes, writtenBytes }: RestoredState): string {
  if (mapOrigin === 'whole') return say`${size(writtenBytes)}, all of the image`;
  return writtenBytes < mappedBytes ? size(writtenBytes) : portion(mappedBytes, bytes);
}

const proof: Readonly<Record<RestoredState['verified'], Phrase>> = {
  'read-back': toSay('{0} read back from the card, equal byte for byte'),
  'read-back-cached': toSay(
    '{0} read back, equal byte for byte (through the cache: this reader has no way past it)',
  ),
};
