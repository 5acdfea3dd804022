import { useState } from 'preact/hooks';
import { say, sayCount } from '../../language/say.ts';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Pager } from '../parts/pager.tsx';
import { moveAmongLines, Row } from '../parts/row.tsx';
import { SafeName } from '../parts/safe-name.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { useLastAnswer } from '../parts/use-last-answer.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { size, when } from '../parts/words.ts';

const AT_ONCE = 50;

/** Images that have no place in a Pi's history, because nothing says whose they are. */
export function LoosePage() {
  const { snapshot, go } = useTools();
  const [offset, setOffset] = useState(0);
  const { answer, problem, askAgain } = useLastAnswer(
    useAsk('loose', { ask: 'loose', search: '', offset, limit: AT_ONCE }, snapshot.libraryRevision),
  );
  return (
    <>
      <PageHead
        title={say`Other images`}
        detail={
          answer
            ? sayCount(
                answer.total,
                '{n} image without a manifest of PiKeep',
                '{n} images without a manifest of PiKeep',
              )
            : ''
        }
      />
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Reading the library…`}</Waiting>}
      {answer && (
        <ul class="lines" aria-label={say`Images`} onKeyDown={moveAmongLines}>
          {answer.images.map(({ backup, name, place, storedBytes, modified, why }) => (
            <Row
              key={backup}
              id={`image ${backup}`}
              name={<SafeName name={name} />}
              detail={
                <>
                  {[size(storedBytes), modified && when(modified), place]
                    .filter(Boolean)
                    .join(' · ')}
                  <span class="why">{why}</span>
                </>
              }
              onOpen={() => go({ at: 'report', backup })}
            />
          ))}
        </ul>
      )}
      {answer && <Pager offset={offset} limit={AT_ONCE} total={answer.total} onTurn={setOffset} />}
    </>
  );
}
