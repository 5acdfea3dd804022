import type { DiskView, JobState, JobView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { isCrowded } from '../card/crowd.ts';
import { CardHead } from '../card/disk-card.tsx';
import { Coach, type CoachButton } from '../coach/coach.tsx';
import { Action, Close } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { ProblemWords } from '../parts/problem-words.tsx';
import { ToReport } from '../report/diagnosis-page.tsx';
import { RestoreCancelled, RestoreFailed, Undone } from '../restore/restore-ended.tsx';
import { ContinueButtons, Kept } from './continue.tsx';
import { Done } from './done.tsx';
import { Restored } from './restored.tsx';
import { Restoring } from './restoring.tsx';
import { Working } from './working.tsx';

export interface JobCardProps {
  readonly job: JobView;
  /** The card it works on; null when that is not there any more. */
  readonly disk: DiskView | null;
}

/** A backup or a restore: on its way, or what became of it. */
export function JobCard({ job, disk }: JobCardProps) {
  const { send } = useTools();
  const { state } = job;
  const dismiss = (): void => void send({ command: 'dismiss', job: job.job });
  return (
    <>
      <CardHead
        title={job.title}
        subtitle={disk?.subtitle ?? ''}
        lit={disk?.kind !== 'removable'}
      />
      {state.is !== 'working' && <Close label={say`Dismiss ${job.title}`} onClick={dismiss} />}
      <Stage job={job} disk={disk} />
      {state.is === 'failed' && <ToReport />}
      {job.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
    </>
  );
}

function Stage({ job, disk }: JobCardProps) {
  const { state, kind, title, image, plan } = job;
  const isCompact = isCrowded(useTools().snapshot);
  switch (state.is) {
    case 'working': {
      const common = { job: job.job, title, state, isCompact };
      return kind === 'backup' ? (
        <Working plan={plan} {...common} />
      ) : (
        <Restoring kind={kind} image={image} {...common} />
      );
    }
    case 'done':
      return <Done job={job.job} state={state} plan={plan} disk={disk} isCompact={isCompact} />;
    case 'restored':
      return <Restored job={job.job} state={state} disk={disk} />;
    case 'undone':
      return <Undone />;
    case 'failed':
      return kind === 'backup' ? (
        <Failed job={job} state={state} disk={disk} />
      ) : (
        <RestoreFailed job={job} state={state} />
      );
    case 'cancelled':
      return kind === 'backup' ? (
        <Cancelled job={job} state={state} disk={disk} />
      ) : (
        <RestoreCancelled job={job} state={state} />
      );
  }
}

interface FailedProps {
  readonly job: JobView;
  readonly state: Extract<JobState, { is: 'failed' }>;
  readonly disk: DiskView | null;
}

function Failed({ job, state: { problem, actions, coach }, disk }: FailedProps) {
  const { unfinished } = job;
  // Without its card nothing can be tried again; back in the reader, the card has a button of its own.
  const again = disk !== null && actions.includes('retry');
  if (coach) {
    const forced = disk !== null && actions.includes('force-unmount');
    const retry = (words: string, forceUnmount: boolean): CoachButton => ({
      words,
      command: { command: 'retry', job: job.job, forceUnmount },
    });
    return (
      <Coach
        coach={coach}
        again={again ? retry(say`Try again`, false) : null}
        force={forced ? retry(say`Unmount by force`, true) : null}
      />
    );
  }
  return (
    <div class="outcome">
      <ProblemWords problem={problem} />
      {unfinished && <Kept unfinished={unfinished} disk={disk} />}
      <div class="buttons">
        {again && unfinished && <ContinueButtons disk={disk} />}
        {again && !unfinished && (
          <Action kind="primary" command={{ command: 'retry', job: job.job, forceUnmount: false }}>
            {say`Try again`}
          </Action>
        )}
        {disk !== null && actions.includes('force-unmount') && (
          <Action command={{ command: 'retry', job: job.job, forceUnmount: true }}>
            {say`Unmount by force`}
          </Action>
        )}
        {actions.includes('open-privacy-settings') && (
          <Action command={{ command: 'open-privacy-settings' }}>
            {say`Open Privacy Settings`}
          </Action>
        )}
      </div>
    </div>
  );
}

interface CancelledProps {
  readonly job: JobView;
  readonly state: Extract<JobState, { is: 'cancelled' }>;
  readonly disk: DiskView | null;
}

function Cancelled({ job, state: { kept }, disk }: CancelledProps) {
  const { unfinished } = job;
  return (
    <div class="outcome">
      <p class="verdict">{say`Cancelled`}</p>
      {unfinished && <Kept unfinished={unfinished} disk={disk} />}
      {!unfinished && (
        <p>
          {kept
            ? say`The card is as it was.`
            : say`Nothing half-made was kept, and the card is as it was.`}
        </p>
      )}
      {disk && (
        <div class="buttons">
          {unfinished ? (
            <ContinueButtons disk={disk} />
          ) : (
            <Action command={{ command: 'retry', job: job.job, forceUnmount: false }}>
              {say`Back up again`}
            </Action>
          )}
        </div>
      )}
    </div>
  );
}
