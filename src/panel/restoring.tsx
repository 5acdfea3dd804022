import { useState } from 'preact/hooks';
import type { JobKind, JobState } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { Action } from './action.tsx';
import { isCounted, phaseWords } from './phase.ts';
import { Tick } from './pictures.tsx';
import { ProgressFigures } from './progress-figures.tsx';
import type { Send } from './send.ts';
import { timeLeft } from './words.ts';

type WorkingState = Extract<JobState, { is: 'working' }>;

export interface RestoringProps {
  readonly job: string;
  readonly kind: JobKind;
  readonly title: string;
  readonly image: string | null;
  readonly state: WorkingState;
  readonly onMac: boolean;
  readonly send: Send;
}

/** A restore on its way: the steps it takes, and how far the present one is. */
export function Restoring({ job, kind, title, image, state, onMac, send }: RestoringProps) {
  const { phase, cancelling, secondsLeft } = state;
  return (
    <div class="outcome">
      <ProgressFigures
        title={title}
        words={cancelling ? say`Stopping` : phaseWords(kind, phase)}
        state={state}
        isCountable={isCounted(phase)}
        waiting={waiting(phase, onMac)}
      />
      {state.held && !cancelling && <p class="warning">{state.held.text}</p>}
      {kind === 'restore' && <Steps phase={phase} />}
      {image && <p class="source-file">{say`From ${image}`}</p>}
      <div class="buttons spread">
        <span class="left">{secondsLeft !== null && !cancelling ? timeLeft(secondsLeft) : ''}</span>
        <Stop job={job} title={title} state={state} send={send} />
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

type StopProps = Pick<RestoringProps, 'job' | 'title' | 'state' | 'send'>;

/** Stopping costs something once the card is being written, so it is asked twice. */
function Stop({ job, title, state: { phase, cancelling }, send }: StopProps) {
  const [isAsking, setAsking] = useState(false);
  const cost = costOfStopping(phase);
  if (!isAsking || cancelling || cost === null) {
    const label = say`Cancel the restore of ${title}`;
    return cost === null || cancelling ? (
      <Action command={{ command: 'cancel', job }} send={send} disabled={cancelling} label={label}>
        {say`Cancel`}
      </Action>
    ) : (
      <button type="button" class="plain" aria-label={label} onClick={() => setAsking(true)}>
        {say`Cancel`}
      </button>
    );
  }
  return (
    <div class="second-thought" role="alertdialog" aria-label={say`Stop the restore?`}>
      <p>{cost}</p>
      <div class="buttons">
        {/* The question takes the place of the button that was pressed, and its focus. */}
        <button
          type="button"
          class="primary"
          ref={(button) => {
            if (document.activeElement === document.body) button?.focus();
          }}
          onClick={() => setAsking(false)}
        >
          {say`Keep restoring`}
        </button>
        <Action kind="danger" command={{ command: 'cancel', job }} send={send}>
          {say`Stop anyway`}
        </Action>
      </div>
    </div>
  );
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
