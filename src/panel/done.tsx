import type { DiskView, JobState, PlanView } from '../contract/panel.ts';
import { Action } from './action.tsx';
import { CardMap } from './card-map.tsx';
import { Key, MapKey } from './map-key.tsx';
import { PartitionList } from './partition-list.tsx';
import { Cross, Tick } from './pictures.tsx';
import type { Send } from './send.ts';
import { duration, portion, size } from './words.ts';

type DoneState = Extract<JobState, { is: 'done' }>;

export interface DoneProps {
  readonly job: string;
  readonly state: DoneState;
  readonly plan: PlanView | null;
  readonly disk: DiskView | null;
  readonly onMac: boolean;
  readonly send: Send;
}

/** A finished backup, with what was checked. */
export function Done({ job, state, plan, disk, onMac, send }: DoneProps) {
  const { verified, damage, checks, ejected, bytes, readBytes } = state;
  const leftOut = bytes - readBytes;
  return (
    <div class="outcome">
      <p class="verdict">
        {verified && damage === null ? <Tick /> : <Cross />} {verdict(state)}
      </p>
      {damage !== null && <p class="warning">{damage}</p>}
      {plan && (
        <div class="plan">
          <CardMap plan={plan} copied={1} />
          <MapKey>
            <Key of="copied">{wasRead(state)}</Key>
            {leftOut > 0 && <Key of="free">{size(leftOut)} free, left out</Key>}
          </MapKey>
        </div>
      )}
      <dl>
        {!plan && (
          <>
            <dt>Card</dt>
            <dd>{wasRead(state)}</dd>
          </>
        )}
        <dt>Image</dt>
        <dd>{size(state.storedBytes)} on your disk</dd>
        <dt>Took</dt>
        <dd>{duration(state.seconds)}</dd>
        <dt>In</dt>
        <dd class="place">{state.place}</dd>
      </dl>
      {(verified !== null || checks.length > 0) && (
        <ul class="checks" aria-label="What was checked">
          {verified && (
            <li>
              <Tick />
              <span>{proof[verified]}</span>
            </li>
          )}
          {checks.map(({ name, ok, detail }) => (
            <li key={name}>
              {ok ? <Tick /> : <Cross />}
              <span>
                {name}
                {detail && !ok ? `: ${detail}` : ''}
              </span>
            </li>
          ))}
        </ul>
      )}
      {ejected && <p class="next ejected">The card is ejected. You can take it out.</p>}
      <div class="buttons">
        <Action kind="primary" command={{ command: 'reveal', job }} send={send}>
          {onMac ? 'Show in Finder' : 'Show in folder'}
        </Action>
        {disk && !ejected && (
          <Action command={{ command: 'eject', disk: disk.disk, card: disk.card }} send={send}>
            Eject
          </Action>
        )}
        <Action
          command={{ command: 'restore-open', from: { with: 'job', job, forceUnmount: false } }}
          send={send}
        >
          Restore…
        </Action>
      </div>
      {plan && plan.partitions.length > 0 && (
        <details class="plan fold">
          <summary>Partitions</summary>
          <PartitionList plan={plan} />
        </details>
      )}
    </div>
  );
}

function verdict({ verified, damage }: DoneState): string {
  if (damage !== null) return 'Backed up, but incomplete';
  return verified ? 'Backed up and proven' : 'Backed up, but not checked';
}

function wasRead({ bytes, readBytes }: DoneState): string {
  return readBytes === bytes ? `All ${size(bytes)} read` : `${portion(readBytes, bytes)} read`;
}

const proof: Readonly<Record<NonNullable<DoneState['verified']>, string>> = {
  'read-back': 'Read back from the disk, equal byte for byte',
  'read-back-cached':
    'Read back, equal byte for byte (through the cache: this disk has no way past it)',
};
