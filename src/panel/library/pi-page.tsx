import { useState } from 'preact/hooks';
import type { AnswerTo } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { Dot } from '../parts/dot.tsx';
import { Errands } from '../parts/errands.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Pager } from '../parts/pager.tsx';
import { moveAmongLines } from '../parts/row.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { useLastAnswer } from '../parts/use-last-answer.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { BackupRow } from './backup-row.tsx';
import { KeepRules } from './keep-rules.tsx';
import { PiName } from './library-page.tsx';
import { amountWords, lastBackupWords } from './library-words.ts';
import { PiHabits } from './pi-habits.tsx';
import { PiLooks } from './pi-looks.tsx';

const AT_ONCE = 30;

/** The backups of one Pi, and what is set for it. */
export function PiPage({ pi }: { readonly pi: string }) {
  const { snapshot } = useTools();
  const [offset, setOffset] = useState(0);
  const { answer, problem, askAgain } = useLastAnswer(
    useAsk('pi', { ask: 'pi', pi, offset, limit: AT_ONCE }, snapshot.libraryRevision),
  );
  return (
    <>
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Reading its backups…`}</Waiting>}
      {answer && <PiHead answer={answer} />}
      {answer && <History answer={answer} offset={offset} onTurn={setOffset} />}
      {answer && (
        <div class="folds">
          <PiLooks pi={answer.pi} preferences={answer.preferences} />
          <PiHabits
            pi={pi}
            preferences={answer.preferences}
            handsFreeWords={answer.handsFreeWords}
          />
          <KeepRules pi={pi} preferences={answer.preferences} />
          <Identity lines={answer.identity} />
        </div>
      )}
    </>
  );
}

type PiAnswer = AnswerTo<'pi'>;

function PiHead({ answer: { pi, preferences, hints, checkWaits } }: { readonly answer: PiAnswer }) {
  const { snapshot } = useTools();
  const disk = snapshot.disks.find(({ card }) => card === pi.card);
  const isBusy = snapshot.jobs.some(
    ({ card, state }) => card === pi.card && state.is === 'working',
  );
  return (
    <>
      <PageHead
        lead={<Dot colour={pi.colour} />}
        title={<PiName pi={pi} />}
        detail={[lastBackupWords(pi), amountWords(pi)].filter(Boolean).join(' · ')}
      />
      {preferences.note !== '' && <p class="note">{preferences.note}</p>}
      {pi.ambiguous !== null && <p class="warning">{pi.ambiguous}</p>}
      {checkWaits !== null && <p class="hint">{checkWaits}</p>}
      {pi.isDue && (
        <p class="warning">{say`Its last good backup is older than you want. Put in its card.`}</p>
      )}
      {hints.map((hint) => (
        <p key={hint} class="hint">
          {hint}
        </p>
      ))}
      {disk && !isBusy && (
        <div class="buttons">
          <Action
            kind="primary"
            command={{ command: 'backup', disk: disk.disk, card: disk.card }}
            label={say`Back up now: ${pi.title}`}
          >
            {say`Back up now`}
          </Action>
          <span class="detail">
            {disk.history?.since
              ? say`Its card seems to be in the reader. ${disk.history.since}.`
              : say`Its card seems to be in the reader.`}
          </span>
        </div>
      )}
    </>
  );
}

interface HistoryProps {
  readonly answer: PiAnswer;
  readonly offset: number;
  readonly onTurn: (offset: number) => void;
}

function History({ answer: { backups, total }, offset, onTurn }: HistoryProps) {
  const { go } = useTools();
  const ids = new Set(backups.map(({ backup }) => backup));
  return (
    <section aria-labelledby="history">
      <h3 id="history" class="section">
        {say`Backups`}
      </h3>
      <Errands of={(errand) => ids.has(errand.backup)} />
      {total === 0 && <p class="hint">{say`There is none in the library any more.`}</p>}
      {backups.length > 0 && (
        <ul class="lines" aria-labelledby="history" onKeyDown={moveAmongLines}>
          {backups.map((backup) => (
            <BackupRow
              key={backup.backup}
              backup={backup}
              onOpen={() => go({ at: 'report', backup: backup.backup })}
            />
          ))}
        </ul>
      )}
      <Pager offset={offset} limit={AT_ONCE} total={total} onTurn={onTurn} />
    </section>
  );
}

function Identity({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <details class="aside">
      <summary>{say`What it is recognised by`}</summary>
      <ul class="problems">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
