import type { ErrandKind, ErrandView } from '../contract/panel.ts';
import { Action, Close } from './action.tsx';
import { count } from './library-words.ts';
import { useTools } from './page-tools.ts';
import { Cross, Remark, Tick } from './pictures.tsx';
import { ProgressFigures } from './progress-figures.tsx';
import { size, timeLeft } from './words.ts';

export interface ErrandsProps {
  /** Those that belong to the page. */
  readonly of: (errand: ErrandView) => boolean;
}

const doing: Readonly<Record<ErrandKind, string>> = {
  check: 'Checking the backup',
  save: 'Saving files',
  unpack: 'Unpacking the image',
};

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
  const { errand: id, state, kind, title, name } = errand;
  const isOn = state.is === 'working' || state.is === 'waiting';
  return (
    <section class="card errand" aria-label={`${doing[kind]}: ${name}`}>
      <Outcome errand={errand} />
      {!isOn && (
        <Close
          label={`Close: ${title}`}
          onClick={() => void send({ command: 'errand-dismiss', errand: id })}
        />
      )}
    </section>
  );
}

function Outcome({ errand }: { readonly errand: ErrandView }) {
  const { send, onMac, go } = useTools();
  const { errand: id, kind, state, title, backup } = errand;
  switch (state.is) {
    case 'waiting':
      return (
        <div class="buttons spread">
          <span class="left">{doing[kind]}: begins when the one before it is done</span>
          <Cancel errand={errand} />
        </div>
      );
    case 'working': {
      const { secondsLeft, cancelling } = state;
      return (
        <>
          <ProgressFigures
            title={title}
            words={doing[kind]}
            state={state}
            isCountable
            waiting="Just begun"
          />
          <div class="buttons spread">
            <span class="left">
              {cancelling ? 'Stopping…' : secondsLeft === null ? '' : timeLeft(secondsLeft)}
            </span>
            {!cancelling && <Cancel errand={errand} />}
          </div>
        </>
      );
    }
    case 'checked': {
      const isGood = state.verdict === 'good';
      const isBad = state.verdict === 'damaged' || state.verdict === 'unfinished';
      return (
        <>
          <p class="verdict">
            {isGood ? <Tick /> : isBad ? <Cross /> : <Remark />}
            {isGood
              ? `${title}: checked, and good`
              : isBad
                ? `${title}: checked, and not good`
                : `${title}: checked, with remarks`}
          </p>
          {state.trouble.map((one) => (
            <p key={one} class="next">
              {one}
            </p>
          ))}
          <div class="buttons">
            <button type="button" class="small" onClick={() => go({ at: 'report', backup })}>
              Show the report
            </button>
          </div>
        </>
      );
    }
    case 'saved': {
      const { files, folders, links, remarks, moreRemarks, bytes, place } = state;
      const made = [
        files > 0 ? count(files, 'file') : '',
        folders > 0 ? count(folders, 'folder') : '',
        links > 0 ? count(links, 'link') : '',
      ].filter(Boolean);
      return (
        <>
          <p class="verdict">
            {remarks.length > 0 ? <Remark /> : <Tick />} Saved {made.join(', ') || 'nothing'}
          </p>
          <p class="next">
            {size(bytes)} in {place}
          </p>
          {remarks.length > 0 && (
            <ul class="problems">
              {remarks.map((remark) => (
                <li key={remark}>{remark}</li>
              ))}
              {moreRemarks > 0 && <li>and {moreRemarks} more</li>}
            </ul>
          )}
          <div class="buttons">
            <Action kind="small" command={{ command: 'errand-reveal', errand: id }} send={send}>
              {onMac ? 'Show in Finder' : 'Show in folder'}
            </Action>
          </div>
        </>
      );
    }
    case 'unpacked':
      return (
        <p class="verdict">
          <Tick /> Unpacked
        </p>
      );
    case 'failed':
      return (
        <>
          <p class="verdict">
            <Cross /> {state.problem.title}
          </p>
          <p>{state.problem.message}</p>
          <p class="next">{state.problem.next}</p>
        </>
      );
    case 'cancelled':
      return <p class="verdict">{doing[kind]}: stopped</p>;
  }
}

function Cancel({ errand: { errand, kind, title } }: { readonly errand: ErrandView }) {
  const { send } = useTools();
  return (
    <Action
      kind="small"
      command={{ command: 'errand-cancel', errand }}
      send={send}
      label={`Cancel: ${doing[kind]}, ${title}`}
    >
      Cancel
    </Action>
  );
}
