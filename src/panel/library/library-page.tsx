import { useState } from 'preact/hooks';
import type { PiView } from '../../contract/panel.ts';
import { say, sayCount } from '../../language/say.ts';
import { Dot } from '../parts/dot.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Pager } from '../parts/pager.tsx';
import { ShelfPicture } from '../parts/pictures.tsx';
import { moveAmongLines, Row } from '../parts/row.tsx';
import { SafeName } from '../parts/safe-name.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { useLastAnswer } from '../parts/use-last-answer.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { amountWords, lastBackupWords, piBadges } from './library-words.ts';

/** Pis of one page of the list: what fits a few screens, and is there at once. */
const AT_ONCE = 50;

export interface LibraryPageProps {
  /** The Pi whose page stands beside the list. */
  readonly present: string | null;
}

/** All Pis there are backups of. */
export function LibraryPage({ present }: LibraryPageProps) {
  const { snapshot, go } = useTools();
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const { answer, problem, askAgain } = useLastAnswer(
    useAsk(
      'library',
      { ask: 'library', search: search.trim(), offset, limit: AT_ONCE },
      snapshot.libraryRevision,
    ),
  );
  const isEmpty = answer?.state === 'ready' && answer.total + answer.loose === 0;
  const hasNothing = isEmpty && search.trim() === '';
  return (
    <>
      <PageHead title={say`Library`} detail={answer?.folder ?? snapshot.library} />
      {!hasNothing && (
        <input
          type="search"
          placeholder={say`Search`}
          aria-label={say`Search names, notes and files`}
          value={search}
          maxLength={200}
          spellcheck={false}
          data-id="search"
          onInput={({ currentTarget: { value } }) => {
            setSearch(value);
            setOffset(0);
          }}
        />
      )}
      {answer?.problem && <Trouble problem={answer.problem} />}
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {!answer && !problem && <Waiting>{say`Reading the library…`}</Waiting>}
      {answer?.state === 'reading' && <Waiting>{say`Reading the backups…`}</Waiting>}
      {hasNothing && <NoBackups />}
      {isEmpty && !hasNothing && <p class="hint">{say`Nothing is called “${search.trim()}”.`}</p>}
      {answer && answer.pis.length > 0 && (
        <ul class="lines" aria-label={say`Pis`} onKeyDown={moveAmongLines}>
          {answer.pis.map((pi) => (
            <PiRow key={pi.pi} pi={pi} isPresent={pi.pi === present} />
          ))}
        </ul>
      )}
      {answer && <Pager offset={offset} limit={AT_ONCE} total={answer.total} onTurn={setOffset} />}
      {answer && answer.loose > 0 && (
        <ul class="lines">
          <Row
            id="loose"
            name={sayCount(answer.loose, '{n} other image', '{n} other images')}
            detail={say`Without a manifest of PiKeep`}
            onOpen={() => go({ at: 'loose' })}
          />
        </ul>
      )}
      {answer && <FolderProblems problems={answer.problems} more={answer.moreProblems} />}
      <p class="spoken" role="status">
        {answer && search.trim() !== ''
          ? sayCount(answer.total, '{n} Pi found.', '{n} Pis found.')
          : ''}
      </p>
    </>
  );
}

function PiRow({ pi, isPresent }: { readonly pi: PiView; readonly isPresent: boolean }) {
  const { go } = useTools();
  const amount = amountWords(pi);
  return (
    <Row
      id={`pi ${pi.pi}`}
      lead={<Dot colour={pi.colour} />}
      name={<PiName pi={pi} />}
      detail={
        <>
          {lastBackupWords(pi)}
          {amount && (
            <>
              {' · '}
              <span class="quieter">{amount}</span>
            </>
          )}
        </>
      }
      badges={piBadges(pi)}
      isPresent={isPresent}
      onOpen={() => go({ at: 'pi', pi: pi.pi })}
    />
  );
}

export function PiName({ pi: { title, hostname } }: { readonly pi: PiView }) {
  return (
    <>
      <SafeName name={title} />
      {hostname !== null && hostname !== title && (
        <span class="hostname">
          {' '}
          <SafeName name={hostname} />
        </span>
      )}
    </>
  );
}

interface FolderProblemsProps {
  readonly problems: readonly string[];
  readonly more: number;
}

/** What is wrong with single files of the folder. */
function FolderProblems({ problems, more }: FolderProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <details class="aside">
      <summary>
        {sayCount(
          problems.length + more,
          '{n} file could not be understood',
          '{n} files could not be understood',
        )}
      </summary>
      <ul class="problems">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
        {more > 0 && <li>{sayCount(more, 'and {n} more', 'and {n} more')}</li>}
      </ul>
    </details>
  );
}

function NoBackups() {
  return (
    <section class="empty">
      <ShelfPicture />
      <h3>{say`No backups yet`}</h3>
      <p>
        {say`Put in the card of a Raspberry Pi and back it up. PiKeep keeps each Pi’s backups together here: you can look at their files, take one out, compare two, and put one on a card again.`}
      </p>
    </section>
  );
}
