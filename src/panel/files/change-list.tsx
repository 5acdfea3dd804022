import type { ChangeView } from '../../contract/panel.ts';
import { type Phrase, say, sayPhrase, toSay } from '../../language/say.ts';
import { SafeName } from '../parts/safe-name.tsx';
import { listed, size } from '../parts/words.ts';
import { kindWords, partWords, splitPath } from './file-words.ts';
import { useRowWindow } from './row-window.ts';

export interface ChangeListProps {
  readonly changes: readonly ChangeView[];
  /** How many partitions were compared; of one, its number says nothing. */
  readonly partitions: number;
}

/** Files that differ. Only those in view are built. */
export function ChangeList({ changes, partitions }: ChangeListProps) {
  const rows = useRowWindow(changes.length);
  if (changes.length === 0) return null;
  return (
    <ul class="files changes" ref={rows.list} aria-label={say`Changes`}>
      <li class="gap" aria-hidden="true" style={{ height: `${rows.above}px` }} />
      {changes.slice(rows.from, rows.to).map((change) => (
        <ChangeLine
          key={`${change.partition} ${change.change} ${change.path}`}
          change={change}
          withPartition={partitions > 1}
        />
      ))}
      <li class="gap" aria-hidden="true" style={{ height: `${rows.below}px` }} />
    </ul>
  );
}

const signs = { added: '+', removed: '−', changed: '•' } as const;
const words: Readonly<Record<ChangeView['change'], Phrase>> = {
  added: toSay('Added'),
  removed: toSay('Deleted'),
  changed: toSay('Changed'),
};

interface ChangeLineProps {
  readonly change: ChangeView;
  readonly withPartition: boolean;
}

function ChangeLine({ change: one, withPartition }: ChangeLineProps) {
  const { change, path, what, partition } = one;
  const { names } = splitPath(path);
  const folder = `/${names.slice(0, -1).join('/')}`;
  return (
    <li data-row class="entry">
      <span class={`sign ${change}`} aria-hidden="true">
        {signs[change]}
      </span>
      <span class="file-name">
        <span class="spoken">{say`${sayPhrase(words[change])}: `}</span>
        <SafeName name={names.at(-1) ?? '/'} />
      </span>
      <span class="file-facts">
        <span class="file-folder">
          <SafeName name={withPartition ? `${partition}:${folder}` : folder} />
        </span>
        <span class="file-size">{measureOf(one)}</span>
        {what.length > 0 && <span class="file-mode">{listed(what.map(partWords))}</span>}
      </span>
    </li>
  );
}

/** "12 kB", "12 kB to 14 kB"; what it is, where a size says nothing. */
function measureOf({ kind, bytesBefore, bytesAfter }: ChangeView): string {
  if (kind !== 'file') return kindWords(kind);
  if (bytesBefore === null || bytesAfter === null || bytesBefore === bytesAfter) {
    const bytes = bytesAfter ?? bytesBefore;
    return bytes === null ? '' : size(bytes);
  }
  return `${size(bytesBefore)} → ${size(bytesAfter)}`;
}
