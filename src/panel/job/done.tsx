import type { DiskView, JobState, PlanView } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { CardMap } from '../card/card-map.tsx';
import { Key, MapKey } from '../card/map-key.tsx';
import { PartitionList } from '../card/partition-list.tsx';
import { Action, Reveal } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Cross, Tick } from '../parts/pictures.tsx';
import { duration, portion, size } from '../parts/words.ts';

type DoneState = Extract<JobState, { is: 'done' }>;

export interface DoneProps {
  readonly job: string;
  readonly state: DoneState;
  readonly plan: PlanView | null;
  readonly disk: DiskView | null;
  /** There are other cards besides: what was checked is folded away. */
  readonly isCompact: boolean;
}

/** A finished backup: what was checked, and what to do with it now. */
export function Done({ job, state, plan, disk, isCompact }: DoneProps) {
  const { verified, damage, ejected, backup } = state;
  const { go } = useTools();
  return (
    <div class="outcome">
      <p class="verdict">
        {verified && damage === null ? <Tick /> : <Cross />} {verdict(state)}
      </p>
      {damage !== null && <p class="warning">{damage}</p>}
      {isCompact ? (
        <details class="plan fold">
          <summary>{say`What was checked`}</summary>
          <Facts state={state} plan={plan} />
        </details>
      ) : (
        <Facts state={state} plan={plan} />
      )}
      {ejected && <p class="next ejected">{say`The card is ejected. You can take it out.`}</p>}
      <Reveal kind="primary" command={{ command: 'reveal', job }} />
      <div class="buttons equal">
        <button
          type="button"
          data-id={`browse ${backup}`}
          onClick={() => go({ at: 'files', backup })}
        >
          {say`Browse`}
        </button>
        <Action
          command={{ command: 'restore-open', from: { with: 'job', job, forceUnmount: false } }}
        >
          {say`Restore…`}
        </Action>
        {disk && !ejected && (
          <Action command={{ command: 'eject', disk: disk.disk, card: disk.card }}>
            {say`Eject`}
          </Action>
        )}
      </div>
      {plan && plan.partitions.length > 0 && !isCompact && (
        <details class="plan fold">
          <summary>{say`Partitions`}</summary>
          <PartitionList plan={plan} />
        </details>
      )}
    </div>
  );
}

/** The map, how much and how long, and what was checked: what is not right is said in full. */
function Facts({ state, plan }: Pick<DoneProps, 'state' | 'plan'>) {
  const { verified, checks, bytes, readBytes } = state;
  const leftOut = bytes - readBytes;
  return (
    <>
      {plan && (
        <div class="plan">
          <CardMap plan={plan} copied={1} />
          <MapKey>
            <Key of="copied">{wasRead(state)}</Key>
            {leftOut > 0 && <Key of="free">{say`${size(leftOut)} free, left out`}</Key>}
          </MapKey>
        </div>
      )}
      {(verified !== null || checks.length > 0) && (
        <ul class="checks" aria-label={say`What was checked`}>
          {verified && (
            <li class="whole">
              <Tick />
              <span>{sayPhrase(proof[verified])}</span>
            </li>
          )}
          {checks.map(({ name, ok, detail }) => (
            <li key={name} class={ok ? undefined : 'whole'}>
              {ok ? <Tick /> : <Cross />}
              <span>{detail && !ok ? say`${name}: ${detail}` : name}</span>
            </li>
          ))}
        </ul>
      )}
      <dl>
        {!plan && (
          <>
            <dt>{say`Card`}</dt>
            <dd>{wasRead(state)}</dd>
          </>
        )}
        <dt>{say`Image`}</dt>
        <dd>{say`${size(state.storedBytes)} on your disk`}</dd>
        <dt>{say`Took`}</dt>
        <dd>{duration(state.seconds)}</dd>
        <dt>{say`In`}</dt>
        <dd class="place">{state.place}</dd>
      </dl>
    </>
  );
}

function verdict({ verified, damage }: DoneState): string {
  if (damage !== null) return say`Backed up, but incomplete`;
  return verified ? say`Backed up and proven` : say`Backed up, but not checked`;
}

function wasRead({ bytes, readBytes }: DoneState): string {
  return readBytes === bytes
    ? say`All ${size(bytes)} read`
    : say`${portion(readBytes, bytes)} read`;
}

const proof: Readonly<Record<NonNullable<DoneState['verified']>, Phrase>> = {
  'read-back': toSay('Read back from the disk, equal byte for byte'),
  'read-back-cached': toSay(
    'Read back, equal byte for byte (through the cache: this disk has no way past it)',
  ),
};
