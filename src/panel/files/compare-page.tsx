import { useEffect, useState } from 'preact/hooks';
import { MAX_FILES } from '../../contract/files.ts';
import { MAX_PAGE } from '../../contract/library.ts';
import type { AnswerTo, ChangeView, ListedBackup } from '../../contract/panel.ts';
import { type Phrase, say, sayCount, sayPhrase, toSay } from '../../language/say.ts';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { useAsk } from '../parts/use-ask.ts';
import { useList } from '../parts/use-list.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { listed, size, when } from '../parts/words.ts';
import { ChangeList } from './change-list.tsx';

export interface ComparePageProps {
  readonly pi: string;
  /** The backup one came from. */
  readonly backup: string;
}

/** What changed between two backups of a Pi. */
export function ComparePage({ pi, backup }: ComparePageProps) {
  const { snapshot } = useTools();
  const [chosen, setChosen] = useState<string | null>(null);
  const { answer, problem, askAgain } = useAsk(
    'pi',
    { ask: 'pi', pi, offset: 0, limit: MAX_PAGE },
    snapshot.libraryRevision,
  );
  const backups = answer?.backups ?? [];
  const index = backups.findIndex((one) => one.backup === backup);
  // Usually the one before it; for the oldest of all, the one after.
  const usual = backups[index + 1] ?? backups[index - 1];
  const one = backups[index];
  const other = backups.find((each) => each.backup === chosen) ?? usual;
  return (
    <>
      <PageHead title={say`What changed`} detail={answer ? <bdi>{answer.pi.title}</bdi> : ''} />
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {answer && (!one || !other) && (
        <p class="hint">{say`There is no other backup of this Pi to compare with.`}</p>
      )}
      {one && other && (
        <>
          <label class="field">
            <span>{say`Backup of ${when(one.at)}, compared with`}</span>
            <select
              value={other.backup}
              onChange={({ currentTarget: { value } }) => setChosen(value)}
            >
              {backups
                .filter((each) => each !== one)
                .map((each) => (
                  <option key={each.backup} value={each.backup}>
                    {listed([when(each.at), size(each.storedBytes)])}
                  </option>
                ))}
            </select>
          </label>
          <Changes {...inOrder(one, other)} />
        </>
      )}
    </>
  );
}

function inOrder(one: ListedBackup, other: ListedBackup): ChangesProps {
  return Date.parse(one.at) < Date.parse(other.at)
    ? { older: one.backup, newer: other.backup }
    : { older: other.backup, newer: one.backup };
}

interface ChangesProps {
  readonly older: string;
  readonly newer: string;
}

type Kind = ChangeView['change'] | 'all';

function Changes({ older, newer }: ChangesProps) {
  const [kind, setKind] = useState<Kind>('all');
  const [search, setSearch] = useState('');
  const list = useList({
    kind: 'changes',
    key: JSON.stringify([older, newer]),
    query: (offset) => ({ ask: 'changes', older, newer, offset, limit: MAX_FILES }),
    items: ({ changes }) => changes,
    next: ({ next }) => next,
  });
  const { first, items, hasMore, isAsking, fetchMore } = list;
  // The filter looks at all of them, so all of them are fetched, one page after the other.
  useEffect(() => {
    if (hasMore && !isAsking) fetchMore();
  });
  const wanted = search.trim().toLowerCase();
  const shown = items.filter(
    ({ change, path }) =>
      (kind === 'all' || change === kind) && path.toLowerCase().includes(wanted),
  );
  return (
    <>
      {list.problem && <Trouble problem={list.problem} onAgain={list.askAgain} />}
      {!first && !list.problem && <Waiting>{say`Comparing the files of both…`}</Waiting>}
      {first && (
        <>
          <Totals answer={first} />
          <div class="tools">
            <fieldset class="segments" aria-label={say`Which changes`}>
              {(['all', 'added', 'changed', 'removed'] as const).map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={kind === one}
                  onClick={() => setKind(one)}
                >
                  {sayPhrase(kindWords[one])}
                </button>
              ))}
            </fieldset>
            <input
              type="search"
              placeholder={say`Filter`}
              aria-label={say`Only paths with this in them`}
              value={search}
              maxLength={200}
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => setSearch(value)}
            />
          </div>
          <p class="spoken" role="status">
            {hasMore ? '' : sayCount(shown.length, '{n} change shown.', '{n} changes shown.')}
          </p>
          {shown.length === 0 && !hasMore && (
            <p class="hint nothing">
              {items.length === 0 ? say`Not one file differs.` : say`No change of this kind.`}
            </p>
          )}
          <ChangeList changes={shown} partitions={first.partitions.length} />
          {first.more > 0 && (
            <p class="hint">
              {sayCount(
                first.more,
                'and {n} change more that are not listed',
                'and {n} changes more that are not listed',
              )}
            </p>
          )}
        </>
      )}
    </>
  );
}

const kindWords: Readonly<Record<Kind, Phrase>> = {
  all: toSay('All'),
  added: toSay('Added'),
  changed: toSay('Changed'),
  removed: toSay('Deleted'),
};

type Verdict = AnswerTo<'changes'>['partitions'][number]['verdict'];

const verdicts: Readonly<Record<Exclude<Verdict, 'compared'>, Phrase>> = {
  same: toSay('nothing changed, byte for byte'),
  'only-older': toSay('is only in the older backup'),
  'only-newer': toSay('is only in the newer backup'),
  unreadable: toSay('could not be compared'),
};

function Totals({ answer: { partitions } }: { readonly answer: AnswerTo<'changes'> }) {
  return (
    <ul class="totals" aria-label={say`In all`}>
      {partitions.map((one) => (
        <li key={one.partition} class="card">
          <span class="name">
            <bdi>{one.label || say`Partition ${one.partition}`}</bdi>{' '}
            <span class="detail">{one.fileSystem}</span>
          </span>
          {one.verdict === 'compared' ? (
            <span class="sums">
              {one.added > 0 && (
                <span class="added">
                  {sayCount(one.added, '{n} added, {0}', '{n} added, {0}', size(one.addedBytes))}
                </span>
              )}
              {one.changed > 0 && (
                <span class="changed">{sayCount(one.changed, '{n} changed', '{n} changed')}</span>
              )}
              {one.removed > 0 && (
                <span class="removed">
                  {sayCount(
                    one.removed,
                    '{n} deleted, {0}',
                    '{n} deleted, {0}',
                    size(one.removedBytes),
                  )}
                </span>
              )}
              {one.added + one.changed + one.removed === 0 && (
                <span class="detail">{say`not one file differs`}</span>
              )}
            </span>
          ) : (
            <span class="detail">{sayPhrase(verdicts[one.verdict])}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
