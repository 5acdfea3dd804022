import type { BackupVerdict, FindingView } from '../../contract/panel.ts';
import { type Phrase, say, sayCount, sayPhrase, toSay } from '../../language/say.ts';
import { Cross, Question, Remark, Tick } from '../parts/pictures.tsx';

export interface VerdictSignProps {
  readonly verdict: BackupVerdict | null;
  /** It was proven when it was made. */
  readonly isProven: boolean;
}

/** What the sentence beside it says, as a picture. */
export function VerdictSign({ verdict, isProven }: VerdictSignProps) {
  if (verdict === null) return isProven ? <Tick /> : <Question />;
  if (verdict === 'good') return <Tick />;
  if (verdict === 'remarks') return <Remark />;
  return verdict === 'damaged' ? <Cross /> : <Question />;
}

export interface FindingsProps {
  readonly findings: readonly FindingView[];
  readonly more: number;
}

const worst: Readonly<Record<FindingView['state'], number>> = { fail: 0, remark: 1, ok: 2 };
const spoken: Readonly<Record<FindingView['state'], Phrase>> = {
  fail: toSay('Not good'),
  remark: toSay('Remark'),
  ok: toSay('Good'),
};

/** What was checked: what is wrong first, each with what to do. */
export function Findings({ findings, more }: FindingsProps) {
  if (findings.length === 0) return null;
  const sorted = findings.toSorted((one, other) => worst[one.state] - worst[other.state]);
  return (
    <section class="card facts" aria-labelledby="findings">
      <h3 id="findings">{say`What was checked`}</h3>
      <ul class="findings">
        {sorted.map((finding, index) => (
          <li key={`${index}`}>
            <FindingSign state={finding.state} />
            <div>
              <span class="spoken">{say`${sayPhrase(spoken[finding.state])}: `}</span>
              <strong>
                {finding.partition === null
                  ? finding.name
                  : say`${finding.name}, partition ${finding.partition}`}
              </strong>
              <p class="detail">{finding.detail}</p>
              {finding.next !== null && <p>{finding.next}</p>}
            </div>
          </li>
        ))}
        {more > 0 && <li class="detail">{sayCount(more, 'and {n} more', 'and {n} more')}</li>}
      </ul>
    </section>
  );
}

function FindingSign({ state }: Pick<FindingView, 'state'>) {
  if (state === 'ok') return <Tick />;
  return state === 'remark' ? <Remark /> : <Cross />;
}
