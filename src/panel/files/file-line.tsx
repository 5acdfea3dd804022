import type { FileView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Chevron, FilePicture } from '../parts/pictures.tsx';
import { SafeName } from '../parts/safe-name.tsx';
import { fileTime, measure, splitPath } from './file-words.ts';

export interface FileLineProps {
  readonly file: FileView;
  /** Its place in the list, from 0. */
  readonly line: number;
  /** Entries of the list; -1 while not all of them are known. */
  readonly count: number;
  /** Says in which folder it is. */
  readonly withFolder: boolean;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onClick: (event: MouseEvent) => void;
  readonly onOpen: () => void;
}

/** One entry of a folder. */
export function FileLine(props: FileLineProps) {
  const { file, line, count, withFolder, isActive, isChosen, onClick, onOpen } = props;
  const { kind, name, mode, owner, modified, target, unreadable, path } = file;
  const rights = mode === null ? '' : owner === null ? mode : `${mode} ${owner}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it has the keyboard
    <div
      id={`file-${line}`}
      data-row
      class={isActive ? 'entry active' : 'entry'}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      aria-setsize={count}
      aria-posinset={line + 1}
      onClick={onClick}
      onDblClick={onOpen}
    >
      <FilePicture kind={kind} />
      <span class="file-name">
        <SafeName name={name} />
        {target !== null && (
          <span class="leads-to">
            {' → '}
            <SafeName name={target} />
          </span>
        )}
      </span>
      <span class="file-facts">
        {withFolder && (
          <span class="file-folder">
            <SafeName name={`/${splitPath(path).names.slice(0, -1).join('/')}`} />
          </span>
        )}
        <span class="file-size">{unreadable === null ? measure(file) : say`Cannot be read`}</span>
        {!withFolder && <span class="file-time">{fileTime(modified)}</span>}
        {!withFolder && <span class="file-mode">{rights}</span>}
      </span>
      {kind === 'folder' && (
        // For the pointer alone: Enter does the same.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        // biome-ignore lint/a11y/noStaticElementInteractions: see above
        <span class="into" onClick={onOpen}>
          <Chevron />
        </span>
      )}
    </div>
  );
}
