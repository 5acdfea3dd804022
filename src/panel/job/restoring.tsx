import type { JobKind, JobState } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { useTools } from '../parts/page-tools.ts';
import { isCounted, phaseWords } from '../parts/phase.ts';
import { Tick } from '../parts/pictures.tsx';
import { ProgressFigures } from '../parts/progress-figures.tsx';
import { Cancel, type SecondThought } from './cancel.tsx';

type WorkingState = Extract<JobState, { is: 'working' }>;

export interface RestoringProps {
  readonly job: string;
  readonly kind: JobKind;
  readonly title: string;
  readonly image: string | null;
  readonly state: WorkingState;
  /** There are other cards besides: what is looked at seldom is left out. */
  readonly isCompact: boolean;
}

/** A restore on its way: the steps it takes, and how far the present one is. */
export function Restoring({ job, kind, title, image, state, isCompact }: RestoringProps) {
  const { onMac } = useTools();
  const { phase, cancelling, held } = state;
  return (
    <div class="outcome">
      <ProgressFigures
        title={title}
        words={cancelling ? say`Stopping` : phaseWords(kind, phase)}
        state={state}
        isCountable={isCounted(phase)}
        isHeld={cancelling || Boolean(held)}
        isCompact={isCompact}
        waiting={waiting(phase, onMac)}
      />
      {held && !cancelling && <p class="warning">{held.text}</p>}
      {kind === 'restore' && <Steps phase={phase} />}
      {image && <p class="source-file">{say`From ${image}`}</p>}
      <div class="buttons at-end">
        <Cancel
          job={job}
          label={say`Cancel the restore of ${title}`}
          cancelling={cancelling}
          thought={thought(phase)}
        />
      </div>
    </div>
  );
}

const steps: readonly WorkingState['phase'][] = ['checking', 'opening', 'writing', 'proving'];

/** Where it is among everything that will be done. */
function Steps({ phase }: { readonly phase: WorkingState['phase'] }) {
  const at = phase === 'filing' ? steps.length : steps.indexOf(phase);
  return (
    <ol class="steps" aria-label={say`Steps`}>
      {steps.map((one, place) => (
        <li
          key={one}
          class={place < at ? 'passed' : place === at ? 'present' : 'ahead'}
          aria-current={place === at ? 'step' : undefined}
        >
          {place < at ? <Tick /> : <span class="dot" />}
          <span aria-hidden={place < at}>{phaseWords('restore', one)}</span>
          {place < at && <span class="spoken">{say`${phaseWords('restore', one)}, done`}</span>}
        </li>
      ))}
    </ol>
  );
}

/** Stopping costs something once the card is being written. */
function thought(phase: WorkingState['phase']): SecondThought | null {
  const cost = costOfStopping(phase);
  if (cost === null) return null;
  return {
    question: say`Stop the restore?`,
    cost,
    goOn: say`Keep restoring`,
    stopAndKeep: null,
    stop: say`Stop anyway`,
  };
}

function costOfStopping(phase: WorkingState['phase']): string | null {
  if (phase === 'writing') return say`Stopping now leaves a card that cannot start a Pi.`;
  if (phase === 'proving' || phase === 'filing')
    return say`Stopping now leaves a card that nobody has checked.`;
  return null;
}

function waiting(phase: WorkingState['phase'], onMac: boolean): string {
  if (phase === 'checking') return say`The card is not touched yet`;
  if (phase !== 'opening') return say`Almost done`;
  return onMac
    ? say`Your Mac may ask for permission to write the card`
    : say`The system may ask for permission to write it`;
}
