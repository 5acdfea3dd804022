/** Both sides of the question: what goes, and what comes. */

import type { ComponentChildren } from 'preact';
import type { ReadyState } from '../../contract/panel.ts';
import { sentenceCase } from '../../language/format.ts';
import { say, sayCount } from '../../language/say.ts';
import { ago, contentWords, fileSystemName, listed, portion, size, when } from '../parts/words.ts';

/** Partitions that are named; the others are counted. */
const SHOWN = 3;

export function Lost({ lost }: { readonly lost: ReadyState['lost'] }) {
  const { title, content, bytes, partitions, lastBackup, since, unfinished } = lost;
  return (
    <Side kind="lost" head={say`This will be lost`} title={title}>
      <li>{contentWords(content, title)}</li>
      <li>{sentenceCase(say`${size(bytes)} card`)}</li>
      {partitions.slice(0, SHOWN).map(({ kind, label, bytes: of }, index) => (
        <li key={`${index}`} class="part">
          {listed([label ?? fileSystemName(kind), size(of)])}
        </li>
      ))}
      {partitions.length > SHOWN && (
        <li class="part">{sayCount(partitions.length - SHOWN, 'and {n} more', 'and {n} more')}</li>
      )}
      {unfinished === null && (
        <li class={lastBackup === null ? 'alarm' : ''}>
          {lastBackup === null ? say`No backup of it is known` : say`Backed up ${ago(lastBackup)}`}
        </li>
      )}
      {unfinished === null && since !== null && <li>{since}</li>}
    </Side>
  );
}

export function Written({ written }: { readonly written: ReadyState['written'] }) {
  const { title, name, at, bytes, mappedBytes, mapOrigin, verified, unreadable } = written;
  return (
    <Side kind="written" head={say`This will be written`} title={title}>
      {at !== null && <li>{say`Backup of ${when(at)}`}</li>}
      {bytes !== null && (
        <li>
          {mappedBytes === null || mappedBytes === bytes
            ? say`All ${size(bytes)}`
            : say`${portion(mappedBytes, bytes)} in use`}
        </li>
      )}
      {mapOrigin === 'whole' && <li>{say`Every byte, because nothing says which are used`}</li>}
      <li class="file">{name}</li>
      {verified === true && unreadable === 0 && <li>{say`Proven when it was made`}</li>}
      {verified === false && <li class="alarm">{say`Never verified`}</li>}
      {unreadable > 0 && (
        <li class="alarm">
          {sayCount(
            unreadable,
            'Incomplete: {n} range of the card could not be read',
            'Incomplete: {n} ranges of the card could not be read',
          )}
        </li>
      )}
    </Side>
  );
}

interface SideProps {
  readonly kind: 'lost' | 'written';
  readonly head: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

function Side({ kind, head, title, children }: SideProps) {
  return (
    <section class={`side ${kind}`} aria-label={head}>
      <h3>{head}</h3>
      <p class="name">{title}</p>
      <ul>{children}</ul>
    </section>
  );
}

/** There is something on it that a backup could keep. */
export function isBackUpPossible({ partitions, unfinished }: ReadyState['lost']): boolean {
  return partitions.length > 0 && unfinished === null;
}
