import { useEffect, useState } from 'preact/hooks';
import { MAX_FILES, MAX_SAVED } from '../../contract/files.ts';
import type { ErrandView, FilePartition, FileView, Problem } from '../../contract/panel.ts';
import { say, sayAround, sayCount } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { isUnderWay } from '../parts/errand-words.ts';
import { Errands } from '../parts/errands.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useTools } from '../parts/page-tools.ts';
import { useFocusBack } from '../parts/use-focus-back.ts';
import { useList } from '../parts/use-list.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { fileSystemName, listed, partitionName, size } from '../parts/words.ts';
import { Crumbs } from './crumbs.tsx';
import { FileList } from './file-list.tsx';
import { QuickLook } from './quick-look.tsx';
import { SaveButton } from './save-button.tsx';

/** The files of a backup: looking around, looking into one, and taking some out. */
export function FilesPage({ backup }: { readonly backup: string }) {
  const { snapshot } = useTools();
  const [path, setPath] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<readonly FileView[]>([]);
  const [looked, setLooked] = useState<FileView | null>(null);
  useFocusBack(looked !== null);
  /** The entry that is gone to first: the folder one comes out of. */
  const [from, setFrom] = useState<string | null>(null);
  const [partitions, setPartitions] = useState<readonly FilePartition[]>([]);
  const wanted = search.trim();
  const list = useList({
    kind: 'files',
    key: JSON.stringify([backup, path, wanted]),
    query: (offset) => ({
      ask: 'files',
      backup,
      path,
      search: wanted === '' || path === null ? null : wanted,
      offset,
      limit: MAX_FILES,
    }),
    items: ({ files }) => files,
    next: ({ next }) => next,
  });
  const { first } = list;
  useEffect(() => {
    if (!first) return;
    setPartitions(first.partitions);
    if (path === null) setPath(rootOf(first.partitions));
  }, [first]);
  useUnpacked(backup, snapshot.errands, list.askAgain);

  const enter = (to: string, out: string | null = null): void => {
    setPath(to);
    setSearch('');
    setChosen([]);
    setFrom(out);
  };
  const up = (): void => {
    if (first?.parent && path !== null) enter(first.parent, path);
  };
  const open = (file: FileView): void => {
    if (file.kind === 'folder') enter(file.path);
    else setLooked(file);
  };
  const partition = partitions.find((one) => path?.startsWith(one.path.replace(/\/$/, '')));
  return (
    <>
      <PageHead title={say`Files`} detail={titleOf(backup, snapshot.backups)} />
      <Partitions partitions={partitions} present={partition} onEnter={(one) => enter(one.path)} />
      {path !== null && (
        <div class="tools">
          <Crumbs
            path={path}
            root={partition ? partitionWords(partition) : ''}
            onEnter={(to) => enter(to)}
          />
          <input
            type="search"
            placeholder={say`Search in this folder`}
            aria-label={say`Search names in this folder and below`}
            value={search}
            maxLength={200}
            spellcheck={false}
            onInput={({ currentTarget: { value } }) => {
              setSearch(value);
              setChosen([]);
            }}
          />
        </div>
      )}
      <Errands of={(errand) => errand.backup === backup && errand.kind !== 'check'} />
      {partition?.trouble && (
        <p class="warning">{say`Its files cannot be listed, because ${partition.trouble}.`}</p>
      )}
      {list.problem && <Refused problem={list.problem} backup={backup} again={list.askAgain} />}
      {!first && list.isAsking && <Waiting>{say`Reading the files…`}</Waiting>}
      {first && path !== null && !partition?.trouble && (
        <FileList
          key={`${path} ${wanted}`}
          files={list.items}
          isSearch={wanted !== ''}
          isAsking={list.isAsking}
          hasMore={list.hasMore}
          start={from}
          onNearEnd={list.fetchMore}
          onChoose={setChosen}
          onOpen={open}
          onLook={setLooked}
          onUp={up}
        />
      )}
      {list.last?.isCutOff && (
        <p class="hint" role="status">
          {sayAround`Searching took too long, so there may be more. Search in a folder below this one; ${<code>pikeep ls --search</code>} goes to the end.`}
        </p>
      )}
      {first && <Problems problems={first.problems} />}
      {first && first.files.length > 0 && (
        <SaveBar backup={backup} chosen={chosen} onLook={setLooked} />
      )}
      {looked && (
        <QuickLook
          backup={backup}
          file={looked}
          files={list.items}
          onTurn={setLooked}
          onClose={() => setLooked(null)}
        />
      )}
    </>
  );
}

/** The system's partition, else the first one whose files can be listed. */
function rootOf(partitions: readonly FilePartition[]): string | null {
  const readable = partitions.filter(({ trouble }) => trouble === null);
  const root = readable.find(({ role }) => role === 'system') ?? readable[0] ?? partitions[0];
  return root?.path ?? null;
}

function titleOf(
  backup: string,
  backups: readonly { readonly backup: string; readonly name: string }[],
): string {
  return backups.find((one) => one.backup === backup)?.name ?? '';
}

/** Asks again once the image has been unpacked. */
function useUnpacked(backup: string, errands: readonly ErrandView[], again: () => void): void {
  const unpacked = errands.find(
    (errand) => errand.backup === backup && errand.state.is === 'unpacked',
  );
  useEffect(() => {
    if (unpacked) again();
  }, [unpacked?.errand]);
}

function partitionWords({ partition, label, fileSystem }: FilePartition): string {
  return partitionName({ index: partition, label, fileSystem });
}

interface PartitionsProps {
  readonly partitions: readonly FilePartition[];
  readonly present: FilePartition | undefined;
  readonly onEnter: (partition: FilePartition) => void;
}

function Partitions({ partitions, present, onEnter }: PartitionsProps) {
  if (partitions.length < 2) return null;
  return (
    <fieldset class="segments" aria-label={say`Partitions`}>
      {partitions.map((one) => (
        <button
          key={one.partition}
          type="button"
          aria-pressed={one === present}
          title={listed([
            say`Partition ${one.partition}`,
            fileSystemName(one.fileSystem),
            size(one.bytes),
          ])}
          onClick={() => onEnter(one)}
        >
          <bdi>{partitionWords(one)}</bdi>
        </button>
      ))}
    </fieldset>
  );
}

interface RefusedProps {
  readonly problem: Problem;
  readonly backup: string;
  readonly again: () => void;
}

/** An image of another program has to be unpacked before anything in it can be found; that is asked. */
function Refused({ problem, backup, again }: RefusedProps) {
  const { snapshot } = useTools();
  if (problem.code !== 'NEEDS_UNPACKING') return <Trouble problem={problem} onAgain={again} />;
  const isOn = snapshot.errands.some(
    (errand) => errand.backup === backup && errand.kind === 'unpack' && isUnderWay(errand),
  );
  if (isOn) return null;
  return (
    <div class="card look">
      <p class="verdict">{problem.title}</p>
      <p>{problem.message}</p>
      <p class="next">{problem.next}</p>
      <div class="buttons">
        <Action kind="primary" command={{ command: 'unpack', backup }}>
          {say`Unpack it once`}
        </Action>
      </div>
    </div>
  );
}

function Problems({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <details class="aside">
      <summary>
        {sayCount(problems.length, '{n} thing found damaged here', '{n} things found damaged here')}
      </summary>
      <ul class="problems">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </details>
  );
}

interface SaveBarProps {
  readonly backup: string;
  readonly chosen: readonly FileView[];
  readonly onLook: (file: FileView) => void;
}

/**
 * What can be done with the chosen entries. It is there before anything is chosen: if it came with the first click, the
 * second one of a double click would meet it instead of the file.
 */
function SaveBar({ backup, chosen, onLook }: SaveBarProps) {
  const [only] = chosen;
  const isTooMuch = chosen.length > MAX_SAVED;
  return (
    <section class="save-bar" aria-label={say`Chosen files`}>
      <span class="left" role="status">
        {chosenWords(chosen.length)}
      </span>
      {only && chosen.length === 1 && only.kind !== 'folder' && (
        <button type="button" onClick={() => onLook(only)}>
          {say`Look`}
        </button>
      )}
      <SaveButton
        kind="primary"
        backup={backup}
        paths={chosen.map(({ path }) => path)}
        disabled={!only || isTooMuch}
      />
    </section>
  );
}

function chosenWords(count: number): string {
  if (count === 0) return say`Nothing chosen`;
  return count > MAX_SAVED
    ? sayCount(count, '{n} chosen: at most {0}', '{n} chosen: at most {0}', MAX_SAVED)
    : sayCount(count, '{n} chosen', '{n} chosen');
}
