import type { JobState, PlanView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { CardMap } from '../card/card-map.tsx';
import { Key, MapKey } from '../card/map-key.tsx';
import { PartitionList } from '../card/partition-list.tsx';
import { useTools } from '../parts/page-tools.ts';
import { isCounted, phaseWords } from '../parts/phase.ts';
import { ProgressFigures } from '../parts/progress-figures.tsx';
import { portion, size } from '../parts/words.ts';
import { Cancel, type SecondThought } from './cancel.tsx';

type WorkingState = Extract<JobState, { is: 'working' }>;

export interface WorkingProps {
  readonly job: string;
  readonly title: string;
  readonly state: WorkingState;
  readonly plan: PlanView | null;
  /** There are other cards besides: what is looked at seldom is folded away. */
  readonly isCompact: boolean;
}

/** A backup on its way. */
export function Working({ job, title, state, plan, isCompact }: WorkingProps) {
  const { onMac } = useTools();
  const { phase, cancelling, held } = state;
  return (
    <div class="outcome">
      <ProgressFigures
        title={title}
        words={cancelling ? say`Stopping` : held ? say`Waiting` : phaseWords('backup', phase)}
        state={state}
        isCountable={isCounted(phase)}
        isHeld={cancelling || Boolean(held)}
        isCompact={isCompact}
        waiting={waiting(phase, plan !== null, onMac)}
      />
      {held && !cancelling && <p class="warning">{held.text}</p>}
      {plan && !isCompact && (
        <div class="plan">
          <CardMap plan={plan} copied={copied(state)} />
          <p class="headline">{headline(plan, state)}</p>
          <Reading plan={plan} state={state} />
        </div>
      )}
      {plan && isCompact && (
        <details class="plan fold">
          <summary>{headline(plan, state)}</summary>
          <CardMap plan={plan} copied={copied(state)} />
          <Reading plan={plan} state={state} />
        </details>
      )}
      <div class="buttons at-end">
        <Cancel
          job={job}
          label={say`Cancel the backup of ${title}`}
          cancelling={cancelling}
          thought={thought(phase)}
        />
      </div>
    </div>
  );
}

/** What the squares of the map mean, and what is read of each partition. */
function Reading({ plan, state }: { readonly plan: PlanView; readonly state: WorkingState }) {
  return (
    <>
      <MapKey>
        <Key of="copied">{say`copied`}</Key>
        {copied(state) < 1 && <Key of="wanted">{say`to read`}</Key>}
        {plan.readBytes < plan.bytes && (
          <Key of="free">{say`${size(plan.bytes - plan.readBytes)} free, left out`}</Key>
        )}
      </MapKey>
      <PartitionList plan={plan} />
    </>
  );
}

/** How much of the card has been copied, from 0 to 1; checking and filing come after that. */
function copied({ phase, bytes, total }: WorkingState): number {
  if (phase === 'opening') return 0;
  return phase === 'copying' ? bytes / Math.max(1, total) : 1;
}

function headline({ bytes, readBytes }: PlanView, { phase }: WorkingState): string {
  const isAll = readBytes === bytes;
  const what = isAll ? size(bytes) : portion(readBytes, bytes);
  if (phase === 'proving' || phase === 'rereading' || phase === 'filing')
    return isAll ? say`All ${what} read` : say`${what} read`;
  return isAll ? say`All ${what} to read` : say`${what} to read`;
}

/** Before anything is copied, nothing is lost. */
function thought(phase: WorkingState['phase']): SecondThought | null {
  if (phase === 'opening') return null;
  return {
    question: say`Stop the backup?`,
    cost: say`What is copied so far can be kept, to continue from there later, or thrown away. The card stays as it is.`,
    goOn: say`Keep copying`,
    stopAndKeep: say`Stop and keep what is done`,
    stop: say`Stop and throw it away`,
  };
}

function waiting(phase: WorkingState['phase'], isOpen: boolean, onMac: boolean): string {
  if (phase === 'opening' && isOpen) return say`Ready to copy`;
  if (phase === 'filing') return say`Almost done`;
  return onMac
    ? say`Your Mac may ask for permission to read the card`
    : say`The system may ask for permission to read it`;
}
