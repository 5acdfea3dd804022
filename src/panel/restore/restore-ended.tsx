/** Restores that came to nothing: what the card is worth now, and what can be done. */

import type { CardLeft, JobState, JobView } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { Coach } from '../coach/coach.tsx';
import { Action } from '../parts/action.tsx';
import { Cross, Tick } from '../parts/pictures.tsx';
import { ProblemWords } from '../parts/problem-words.tsx';

export interface RestoreEndedProps<I extends JobState['is']> {
  readonly job: JobView;
  readonly state: Extract<JobState, { is: I }>;
}

export function RestoreFailed({ job, state }: RestoreEndedProps<'failed'>) {
  const { problem, actions, card, coach } = state;
  if (coach && card === 'untouched') {
    const again = { words: say`Restore again…`, command: open(job.job, false) };
    const force = { words: say`Unmount by force…`, command: open(job.job, true) };
    return (
      <Coach
        coach={coach}
        again={actions.includes('retry') ? again : null}
        force={actions.includes('force-unmount') ? force : null}
      />
    );
  }
  return (
    <div class="outcome">
      <ProblemWords problem={problem} />
      <Left card={card} canUndo={actions.includes('undo')} />
      <div class="buttons">
        {actions.includes('retry') && <Again job={job.job} isFirst={true} />}
        {actions.includes('force-unmount') && (
          <Action command={open(job.job, true)}>{say`Unmount by force…`}</Action>
        )}
        {actions.includes('open-privacy-settings') && (
          <Action command={{ command: 'open-privacy-settings' }}>
            {say`Open Privacy Settings`}
          </Action>
        )}
        {actions.includes('undo') && <Undo job={job.job} />}
      </div>
    </div>
  );
}

export function RestoreCancelled({ job, state }: RestoreEndedProps<'cancelled'>) {
  const { card, canUndo } = state;
  return (
    <div class="outcome">
      <p class="verdict">
        {card !== 'untouched' && <Cross />} {say`Stopped`}
      </p>
      <Left card={card} canUndo={canUndo} />
      <div class="buttons">
        <Again job={job.job} isFirst={card !== 'untouched'} />
        {canUndo && <Undo job={job.job} />}
      </div>
    </div>
  );
}

export function Undone() {
  return (
    <div class="outcome">
      <p class="verdict">
        <Tick /> {say`The card is as it was before`}
      </p>
      <p>{say`What the restore had written is taken back, and the old content is there again.`}</p>
    </div>
  );
}

function Left({ card, canUndo }: { readonly card: CardLeft; readonly canUndo: boolean }) {
  if (canUndo) {
    return (
      <p class="warning">
        {say`Only PiKeep’s mark has been written so far. The old content can still come back.`}
      </p>
    );
  }
  if (card === 'untouched') return <p class="next">{say`The card is as it was.`}</p>;
  return <p class="warning">{sayPhrase(worth[card])}</p>;
}

const worth: Readonly<Record<Exclude<CardLeft, 'untouched'>, Phrase>> = {
  unfinished: toSay('This card is not finished, and no Pi can start from it. Restore it again.'),
  unproven: toSay(
    'Everything was written, but nobody knows whether it is right. Restore it again.',
  ),
};

interface ButtonProps {
  readonly job: string;
}

function Again({ job, isFirst }: ButtonProps & { readonly isFirst: boolean }) {
  return (
    <Action kind={isFirst ? 'primary' : 'plain'} command={open(job, false)}>
      {say`Restore again…`}
    </Action>
  );
}

function Undo({ job }: ButtonProps) {
  return <Action command={{ command: 'undo', job }}>{say`Bring the old content back`}</Action>;
}

function open(job: string, forceUnmount: boolean) {
  return { command: 'restore-open', from: { with: 'job', job, forceUnmount } } as const;
}
