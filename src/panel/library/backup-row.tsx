import type { ListedBackup } from '../../contract/panel.ts';
import { sentenceCase } from '../../language/format.ts';
import { Cross, Remark, Tick } from '../parts/pictures.tsx';
import { type Badge, Row } from '../parts/row.tsx';
import { size, when } from '../parts/words.ts';
import { worth } from './library-words.ts';

export interface BackupRowProps {
  readonly backup: ListedBackup;
  readonly onOpen: () => void;
}

/** One backup of a Pi's history. */
export function BackupRow({ backup, onOpen }: BackupRowProps) {
  const { at, storedBytes, name, oddities } = backup;
  const badge = worth(backup);
  return (
    <Row
      id={`backup ${backup.backup}`}
      lead={<Sign of={badge} />}
      name={<span title={name}>{when(at)}</span>}
      detail={
        <>
          {badge.words} · {size(storedBytes)}
          {oddities.map((odd) => (
            <span key={odd} class="why">
              {sentenceCase(odd)}
            </span>
          ))}
        </>
      }
      onOpen={onOpen}
    />
  );
}

/** What the words beside it say, as a picture. */
export function Sign({ of: { tone } }: { readonly of: Badge }) {
  if (tone === 'bad') return <Cross />;
  return tone === 'warn' ? <Remark /> : <Tick />;
}
