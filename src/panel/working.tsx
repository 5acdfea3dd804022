import type { JobState, PlanView } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { Action } from './action.tsx';
import { CardMap } from './card-map.tsx';
import { Key, MapKey } from './map-key.tsx';
import { PartitionList } from './partition-list.tsx';
import { isCounted, phaseWords } from './phase.ts';
import { ProgressFigures } from './progress-figures.tsx';
import type { Send } from './send.ts';
import { about, portion, size, timeLeft } from './words.ts';

export interface WorkingProps {
  readonly job: string;
  readonly title: string;
  readonly state: Extract<JobState, { is: 'working' }>;
  readonly plan: PlanView | null;
  readonly onMac: boolean;
  readonly send: Send;
}

/** A backup on its way. */
export function Working({ job, title, state, plan, onMac, send }: WorkingProps) {
  const { phase, cancelling } = state;
  return (
    <div class="outcome">
      <ProgressFigures
        title={title}
        words={cancelling ? say`Stopping` : state.held ? say`Waiting` : phaseWords('backup', phase)}
        state={state}
        isCountable={isCounted(phase)}
        waiting={waiting(phase, plan !== null, onMac)}
      />
      {state.held && !cancelling && <p class="warning">{state.held.text}</p>}
      {plan && (
        <div class="plan">
          <CardMap plan={plan} copied={copied(state)} />
          <p class="headline">{headline(plan, state)}</p>
          <MapKey>
            <Key of="copied">{say`copied`}</Key>
            {copied(state) < 1 && <Key of="wanted">{say`to read`}</Key>}
            {plan.readBytes < plan.bytes && (
              <Key of="free">{say`${size(plan.bytes - plan.readBytes)} free, left out`}</Key>
            )}
          </MapKey>
          <PartitionList plan={plan} />
        </div>
      )}
      <div class="buttons spread">
        <span class="left">
          {state.secondsLeft !== null && !cancelling && !state.held
            ? timeLeft(state.secondsLeft)
            : ''}
        </span>
        <Action
          command={{ command: 'cancel', job }}
          send={send}
          disabled={cancelling}
          label={say`Cancel the backup of ${title}`}
        >
          {say`Cancel`}
        </Action>
      </div>
    </div>
  );
}

/** How much of the card has been copied, from 0 to 1; checking and filing come after that. */
function copied({ phase, bytes, total }: WorkingProps['state']): number {
  if (phase === 'opening') return 0;
  return phase === 'copying' ? bytes / Math.max(1, total) : 1;
}

function headline({ bytes, readBytes }: PlanView, state: WorkingProps['state']): string {
  const isAll = readBytes === bytes;
  const what = isAll ? size(bytes) : portion(readBytes, bytes);
  if (state.phase === 'proving' || state.phase === 'rereading' || state.phase === 'filing')
    return isAll ? say`All ${what} read` : say`${what} read`;
  const { bytesPerSecond, cancelling } = state;
  if (!bytesPerSecond || cancelling) return isAll ? say`All ${what} to read` : say`${what} to read`;
  const time = about(readBytes / bytesPerSecond);
  return isAll ? say`All ${what} to read, ${time}` : say`${what} to read, ${time}`;
}

function waiting(phase: WorkingProps['state']['phase'], isOpen: boolean, onMac: boolean): string {
  if (phase === 'opening' && isOpen) return say`Ready to copy`;
  if (phase === 'filing') return say`Almost done`;
  return onMac
    ? say`Your Mac may ask for permission to read the card`
    : say`The system may ask for permission to read it`;
}
