import type { BackupView, ChosenState, RestoreView, Snapshot } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Working } from '../job/working.tsx';
import { flawWords } from '../library/library-words.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { ProblemWords } from '../parts/problem-words.tsx';
import { useChoice } from '../parts/use-choice.ts';
import { listed, size, when } from '../parts/words.ts';
import type { RestorePageProps } from './restore-page.tsx';
import { Target } from './target.tsx';

/** The first step: which backup goes to which card. Nothing is written here. */
export function RestoreChoice({ restore }: RestorePageProps) {
  const { snapshot } = useTools();
  const { targets, changed, forceUnmount } = restore;
  const [backup, chooseBackup] = useChoice(restore.backup.backup);
  const [card, chooseCard] = useChoice(restore.chosen?.card);
  // What is known of another card or backup says nothing of the one that was just chosen.
  const isSettled = backup === restore.backup.backup && card === restore.chosen?.card;
  const chosen = isSettled ? restore.chosen : null;
  const token = chosen?.state.is === 'ready' ? chosen.state.token : null;
  return (
    <>
      <h2 id="restore-choice">{say`Restore a backup`}</h2>
      {changed && (
        <p class="warning" role="alert">
          {say`What is in the reader has changed. Nothing was written; please choose again.`}
        </p>
      )}
      <Backups
        shown={backup}
        chosen={restore.backup}
        backups={snapshot.backups}
        onChoose={(value) =>
          chooseBackup(value, { command: 'restore-choose-backup', backup: value })
        }
      />
      <fieldset class="targets">
        <legend>{say`Write it to`}</legend>
        {targets.length === 0 && (
          <p class="hint">{say`Put in the card that it shall be written to.`}</p>
        )}
        {targets.map((target) => (
          <Target
            key={target.card}
            target={target}
            isChosen={target.card === card}
            onChoose={() =>
              chooseCard(target.card, {
                command: 'restore-choose',
                disk: target.disk,
                card: target.card,
              })
            }
          />
        ))}
      </fieldset>
      {chosen && (
        <Look key={chosen.card} restore={restore} jobs={snapshot.jobs} state={chosen.state} />
      )}
      {forceUnmount && token !== null && (
        <p class="hint">{say`What keeps the card busy will be made to let go of it.`}</p>
      )}
      <div class="buttons ends">
        <Action command={{ command: 'restore-close' }}>{say`Cancel`}</Action>
        <Action
          kind="primary"
          command={{ command: 'restore-review', token: token ?? '-' }}
          disabled={token === null}
        >
          {say`Continue`}
        </Action>
      </div>
    </>
  );
}

interface BackupsProps {
  /** Which one is shown as chosen. */
  readonly shown: string;
  /** The one that is known to be: it need not be among the newest. */
  readonly chosen: RestoreView['backup'];
  readonly backups: readonly BackupView[];
  readonly onChoose: (backup: string) => void;
}

function Backups({ shown, chosen, backups, onChoose }: BackupsProps) {
  const isListed = backups.some(({ backup }) => backup === chosen.backup);
  const all: readonly RestoreView['backup'][] = isListed ? backups : [chosen, ...backups];
  return (
    <label class="field">
      <span>{say`Backup`}</span>
      <select value={shown} onChange={({ currentTarget: { value } }) => onChoose(value)}>
        {all.map(({ backup, title, at, bytes, incomplete, verified }) => (
          <option key={backup} value={backup} selected={backup === shown}>
            {listed([title, at && when(at), size(bytes), flawWords(incomplete, verified)])}
          </option>
        ))}
      </select>
    </label>
  );
}

interface LookProps {
  readonly restore: RestoreView;
  readonly jobs: Snapshot['jobs'];
  readonly state: ChosenState;
}

/** What came of looking at the chosen card. */
function Look({ restore: { chosen, targets }, jobs, state }: LookProps) {
  const target = targets.find(({ card }) => card === chosen?.card);
  const job = jobs.find((one) => one.job === target?.job);
  if (job?.state.is === 'working' && job.kind === 'backup') {
    return (
      <div class="card look">
        <Working job={job.job} title={job.title} state={job.state} plan={null} isCompact />
      </div>
    );
  }
  if (target?.locked) {
    return (
      <p class="warning">
        {say`Its lock switch is on. Take it out, slide the switch away from “LOCK”, and put it back.`}
      </p>
    );
  }
  if (job) return null;
  if (state.is === 'looking') {
    return (
      <div class="looking">
        <span>{say`Looking at the card and the backup…`}</span>
        <progress aria-label={say`Looking at the card and the backup`} max={100} />
      </div>
    );
  }
  if (state.is === 'failed') {
    return (
      <div class="card look">
        <ProblemWords problem={state.problem} />
      </div>
    );
  }
  return (
    <>
      <p class={state.fits === false ? 'warning' : 'hint'}>{state.fit}</p>
      {state.lost.canUndo && state.token !== null && (
        <Action command={{ command: 'restore-undo', token: state.token }}>
          {say`Bring the old content back instead`}
        </Action>
      )}
      {state.lost.unfinished !== null && (
        <p class="hint">{say`A restore of “${state.lost.unfinished}” to this card did not finish.`}</p>
      )}
    </>
  );
}
