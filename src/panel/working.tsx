import type { JobState } from '../contract/panel.ts';
import { Action } from './action.tsx';
import { phaseWords } from './phase.ts';
import type { Send } from './send.ts';
import { rate, size, timeLeft } from './words.ts';

export interface WorkingProps {
  readonly job: string;
  readonly title: string;
  readonly state: Extract<JobState, { is: 'working' }>;
  readonly onMac: boolean;
  readonly send: Send;
}

/** A backup on its way. */
export function Working({ job, title, state, onMac, send }: WorkingProps) {
  const { phase, cancelling } = state;
  const words = cancelling ? 'Stopping' : phaseWords[phase];
  const isCounted = (phase === 'copying' || phase === 'proving') && state.total > 0;
  const percent = isCounted ? Math.min(100, Math.floor((state.bytes / state.total) * 100)) : null;
  return (
    <div class="outcome">
      <p class="verdict">
        <span>{words}…</span>
        {percent !== null && <span class="percent">{percent}%</span>}
      </p>
      <progress
        aria-label={`${title}: ${words}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      <p class="figures">
        <span>
          {isCounted ? `${size(state.bytes)} of ${size(state.total)}` : waiting(phase, onMac)}
        </span>
        {isCounted && state.bytesPerSecond !== null && <span>{rate(state.bytesPerSecond)}</span>}
      </p>
      <div class="buttons spread">
        <span class="left">
          {state.secondsLeft !== null && !cancelling ? timeLeft(state.secondsLeft) : ''}
        </span>
        <Action
          command={{ command: 'cancel', job }}
          send={send}
          disabled={cancelling}
          label={`Cancel the backup of ${title}`}
        >
          Cancel
        </Action>
      </div>
    </div>
  );
}

function waiting(phase: WorkingProps['state']['phase'], onMac: boolean): string {
  if (phase === 'filing') return 'Almost done';
  return onMac
    ? 'Your Mac may ask for permission to read the card'
    : 'The system may ask for permission to read it';
}
