import type { AnswerTo } from '../../contract/panel.ts';
import { formatNumber } from '../../language/format.ts';
import { say, sayCount } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { SomeOf } from '../parts/some-of.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { size, when } from '../parts/words.ts';
import { Sign } from './backup-row.tsx';
import { whyWords, worth } from './library-words.ts';

export interface ForgetPageProps {
  readonly pi: string;
  /** Null: what its rules let go. */
  readonly backups: readonly string[] | null;
}

/** What goes, what stays, and why: the question before backups are let go. */
export function ForgetPage({ pi, backups }: ForgetPageProps) {
  const { snapshot } = useTools();
  const { answer, problem, askAgain } = useAsk(
    'forget',
    {
      ask: 'forget',
      what: backups ? { by: 'choice', pi, backups: [...backups] } : { by: 'rules', pi, keep: null },
    },
    snapshot.libraryRevision,
  );
  return (
    <>
      <PageHead title={say`What goes, and what stays`} />
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Looking through its backups…`}</Waiting>}
      {answer && <Preview answer={answer} onRefused={askAgain} />}
    </>
  );
}

type Forget = AnswerTo<'forget'>;

interface PreviewProps {
  readonly answer: Forget;
  readonly onRefused: () => void;
}

function Preview({ answer, onRefused }: PreviewProps) {
  const { send, back } = useTools();
  const { token, goes, stays, moreStay, freedBytes, where } = answer;
  return (
    <>
      <p class="lead">
        {goes.length === 0
          ? say`Nothing goes: every backup is kept.`
          : sayCount(
              goes.length,
              '{n} backup goes to {0}, and {1} with it.',
              '{n} backups go to {0}, and {1} with them.',
              where,
              size(freedBytes),
            )}
      </p>
      <Side head={say`Goes`} kind="lost" backups={goes} more={0} />
      <Side head={say`Stays`} kind="written" backups={stays} more={moreStay} />
      <div class="buttons stacked sticky">
        <div class="pair">
          <button type="button" onClick={back}>
            {token === null ? say`Back` : say`Keep all`}
          </button>
        </div>
        {token !== null && (
          <Action
            kind="danger"
            command={{ command: 'forget', token }}
            send={async (command) => {
              const isDone = await send(command);
              // Something has changed since the list was made: here is the new one.
              if (isDone) back();
              else onRefused();
              return isDone;
            }}
          >
            {sayCount(goes.length, 'Move {n} backup to {0}', 'Move {n} backups to {0}', where)}
          </Action>
        )}
      </div>
    </>
  );
}

interface SideProps {
  readonly head: string;
  readonly kind: 'lost' | 'written';
  readonly backups: Forget['goes'];
  readonly more: number;
}

function Side({ head, kind, backups, more }: SideProps) {
  if (backups.length === 0) return null;
  return (
    <section class={`side ${kind}`} aria-label={head}>
      <h3>{say`${head} (${formatNumber(backups.length + more)})`}</h3>
      <ul class="kept">
        <SomeOf
          items={backups}
          at={40}
          line={(backup) => (
            <li key={backup.backup}>
              <Sign of={worth(backup)} />
              <span class="names">
                <span class="name" title={backup.name}>
                  {when(backup.at)}
                </span>
                <span class="detail">
                  {whyWords(backup.why)} · {size(backup.storedBytes)}
                </span>
              </span>
            </li>
          )}
        />
        {more > 0 && <li class="detail">{sayCount(more, 'and {n} more', 'and {n} more')}</li>}
      </ul>
    </section>
  );
}
