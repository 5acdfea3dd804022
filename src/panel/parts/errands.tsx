import type { ErrandView } from '../../contract/panel.ts';
import { say, sayCount } from '../../language/say.ts';
import { Action, Close, Reveal } from './action.tsx';
import { checkedWords, doingWords, isBad, isUnderWay, savedWords } from './errand-words.ts';
import { useTools } from './page-tools.ts';
import { Cross, Remark, Tick } from './pictures.tsx';
import { ProblemWords } from './problem-words.tsx';
import { ProgressFigures } from './progress-figures.tsx';
import { size } from './words.ts';

export interface ErrandsProps {
  /** Those that belong to the page. */
  readonly of: (errand: ErrandView) => boolean;
}

/** What is being done with images, or came of it. */
export function Errands({ of }: ErrandsProps) {
  const { snapshot } = useTools();
  return (
    <>
      {snapshot.errands.filter(of).map((errand) => (
        <Errand key={errand.errand} errand={errand} />
      ))}
    </>
  );
}

function Errand({ errand }: { readonly errand: ErrandView }) {
  const { send } = useTools();
  const { errand: id, kind, title, name } = errand;
  return (
    <section class="card errand" aria-label={say`${doingWords(kind)}: ${name}`}>
      <Outcome errand={errand} />
      {!isUnderWay(errand) && (
        <Close
          label={say`Close: ${title}`}
          onClick={() => void send({ command: 'errand-dismiss', errand: id })}
        />
      )}
    </section>
  );
}

function Outcome({ errand }: { readonly errand: ErrandView }) {
  const { go } = useTools();
  const { errand: id, kind, state, title, backup } = errand;
  switch (state.is) {
    case 'waiting':
      return (
        <div class="buttons spread">
          <span class="left">
            {say`${doingWords(kind)}: begins when the one before it is done`}
          </span>
          <Cancel errand={errand} />
        </div>
      );
    case 'working': {
      const { cancelling } = state;
      return (
        <>
          <ProgressFigures
            title={title}
            words={cancelling ? say`Stopping` : doingWords(kind)}
            state={state}
            isCountable
            isHeld={cancelling}
            isCompact
            waiting={say`Just begun`}
          />
          <div class="buttons at-end">{!cancelling && <Cancel errand={errand} />}</div>
        </>
      );
    }
    case 'checked': {
      return (
        <>
          <p class="verdict">
            {state.verdict === 'good' ? <Tick /> : isBad(state.verdict) ? <Cross /> : <Remark />}
            {checkedWords(title, state)}
          </p>
          {state.trouble.map((one) => (
            <p key={one} class="next">
              {one}
            </p>
          ))}
          <div class="buttons">
            <button type="button" class="small" onClick={() => go({ at: 'report', backup })}>
              {say`Show the report`}
            </button>
          </div>
        </>
      );
    }
    case 'saved': {
      const { remarks, moreRemarks, bytes, place } = state;
      return (
        <>
          <p class="verdict">
            {remarks.length > 0 ? <Remark /> : <Tick />} {savedWords(state)}
          </p>
          <p class="next">{say`${size(bytes)} in ${place}`}</p>
          {remarks.length > 0 && (
            <ul class="problems">
              {remarks.map((remark) => (
                <li key={remark}>{remark}</li>
              ))}
              {moreRemarks > 0 && <li>{sayCount(moreRemarks, 'and {n} more', 'and {n} more')}</li>}
            </ul>
          )}
          <div class="buttons">
            <Reveal kind="small" command={{ command: 'errand-reveal', errand: id }} />
          </div>
        </>
      );
    }
    case 'unpacked':
      return (
        <p class="verdict">
          <Tick /> {say`Unpacked`}
        </p>
      );
    case 'failed':
      return <ProblemWords problem={state.problem} />;
    case 'cancelled':
      return <p class="verdict">{say`${doingWords(kind)}: stopped`}</p>;
  }
}

function Cancel({ errand: { errand, kind, title } }: { readonly errand: ErrandView }) {
  return (
    <Action
      kind="small"
      command={{ command: 'errand-cancel', errand }}
      label={say`Cancel: ${doingWords(kind)}, ${title}`}
    >
      {say`Cancel`}
    </Action>
  );
}
