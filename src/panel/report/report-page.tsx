import type { AnswerTo } from '../../contract/panel.ts';
import { say, sayCount } from '../../language/say.ts';
import { Action, Reveal } from '../parts/action.tsx';
import { isUnderWay } from '../parts/errand-words.ts';
import { Errands } from '../parts/errands.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { SafeName } from '../parts/safe-name.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { ago, size, when } from '../parts/words.ts';
import { Findings, VerdictSign } from './findings.tsx';
import { Portrait } from './portrait.tsx';

/** One backup: whether it is any good, what is on it, and what can be done with it. */
export function ReportPage({ backup }: { readonly backup: string }) {
  const { snapshot } = useTools();
  const { answer, problem, askAgain } = useAsk(
    'report',
    { ask: 'report', backup },
    snapshot.libraryRevision,
  );
  return (
    <>
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Reading the report…`}</Waiting>}
      {answer && <Report report={answer} id={backup} />}
    </>
  );
}

type ReportAnswer = AnswerTo<'report'>;

interface ReportProps {
  readonly report: ReportAnswer;
  readonly id: string;
}

function Report({ report, id }: ReportProps) {
  const { backup, name, place, portrait } = report;
  return (
    <>
      <PageHead
        title={<SafeName name={backup ? backup.title : name} />}
        detail={
          backup ? say`Backup of ${when(backup.at)}` : say`An image without a manifest of PiKeep`
        }
      />
      <Verdict report={report} id={id} />
      <Errands of={(errand) => errand.backup === id && errand.state.is !== 'checked'} />
      <Deeds report={report} id={id} />
      <div class="columns">
        <Findings findings={report.findings} more={report.moreFindings} />
        <Unreadable report={report} />
        {portrait && <Portrait portrait={portrait} />}
        <section class="card facts" aria-labelledby="file">
          <h3 id="file">{say`The file`}</h3>
          <dl>
            <dt>{say`Name`}</dt>
            <dd class="place">
              <SafeName name={name} />
            </dd>
            <dt>{say`In`}</dt>
            <dd class="place">{place}</dd>
            {backup && (
              <>
                <dt>{say`Size`}</dt>
                <dd>{say`${size(backup.storedBytes)} of a ${size(backup.bytes)} card`}</dd>
              </>
            )}
            {report.hashes.map(({ of, sha256 }) => (
              <Hash key={of} of={of} sha256={sha256} />
            ))}
          </dl>
        </section>
      </div>
    </>
  );
}

function Hash({ of, sha256 }: { readonly of: string; readonly sha256: string }) {
  return (
    <>
      <dt>SHA-256</dt>
      <dd class="hash">
        <span class="detail">{of}</span>
        <code>{sha256}</code>
      </dd>
    </>
  );
}

function Verdict({ report, id }: ReportProps) {
  const { snapshot } = useTools();
  const { verdict, sentence, checkedAt, backup } = report;
  const isOn = snapshot.errands.some(
    (errand) => errand.backup === id && errand.kind === 'check' && isUnderWay(errand),
  );
  const never =
    backup?.state === 'proven'
      ? say`It was proven when it was made, and not checked since.`
      : say`It was never checked.`;
  return (
    <section class="card verdict-card" aria-label={say`Verdict`}>
      <p class="verdict">
        <VerdictSign verdict={verdict} isProven={backup?.state === 'proven'} />
        <span>{sentence ?? never}</span>
      </p>
      {checkedAt !== null && <p class="next">{say`Checked ${ago(checkedAt)}.`}</p>}
      {!isOn && (
        <div class="buttons">
          <Action kind="plain" command={{ command: 'check', backup: id }}>
            {checkedAt === null ? say`Check it now` : say`Check again`}
          </Action>
          <span class="detail">{say`Reads the whole image.`}</span>
        </div>
      )}
    </section>
  );
}

/** What can be done with it. */
function Deeds({ report: { backup, pi }, id }: ReportProps) {
  const { go } = useTools();
  return (
    <div class="buttons deeds">
      <Action
        kind="primary"
        command={{ command: 'restore-open', from: { with: 'backup', backup: id } }}
      >
        {say`Restore…`}
      </Action>
      <button type="button" data-id="browse" onClick={() => go({ at: 'files', backup: id })}>
        {say`Browse files`}
      </button>
      {backup && pi !== null && (
        <button
          type="button"
          data-id="compare"
          onClick={() => go({ at: 'compare', pi, backup: backup.backup })}
        >
          {say`Compare…`}
        </button>
      )}
      <Reveal command={{ command: 'backup-reveal', backup: id }} />
      {backup && pi !== null && (
        <button
          type="button"
          data-id="let-go"
          onClick={() => go({ at: 'forget', pi, backups: [backup.backup] })}
        >
          {say`Delete…`}
        </button>
      )}
    </div>
  );
}

function Unreadable({ report }: { readonly report: ReportAnswer }) {
  const { unreadable, moreUnreadable } = report;
  if (unreadable.length === 0) return null;
  return (
    <section class="card facts" aria-labelledby="unreadable">
      <h3 id="unreadable">{say`What could not be read from the card`}</h3>
      <ul class="problems">
        {unreadable.map(({ offset, bytes, what }) => (
          <li key={offset}>
            {what ?? say`Nothing known lies there`}
            <span class="quieter"> {say`(${size(bytes)} at ${size(offset)})`}</span>
          </li>
        ))}
        {moreUnreadable > 0 && <li>{sayCount(moreUnreadable, 'and {n} more', 'and {n} more')}</li>}
      </ul>
    </section>
  );
}
