import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FileView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import {
  type Choice,
  chooseAll,
  click,
  goTo,
  lineAfter,
  noChoice,
  typedAhead,
} from './file-keys.ts';
import { FileLine } from './file-line.tsx';
import { useRowWindow } from './row-window.ts';

export interface FileListProps {
  readonly files: readonly FileView[];
  /** They come from several folders. */
  readonly isSearch: boolean;
  readonly isAsking: boolean;
  readonly hasMore: boolean;
  /** Path of the entry to begin at; null for the first. */
  readonly start: string | null;
  /** What follows will be wanted soon. */
  readonly onNearEnd: () => void;
  readonly onChoose: (files: readonly FileView[]) => void;
  readonly onOpen: (file: FileView) => void;
  readonly onLook: (file: FileView) => void;
  readonly onUp: () => void;
}

/** Letters typed within this time belong to one name. */
const TYPING_MS = 900;
/** Lines before the end at which the next ones are asked for. */
const NEAR = 100;

/** The entries of a folder. Only those in view are built, however many there are. */
export function FileList(props: FileListProps) {
  const { files, isSearch, isAsking, hasMore, start, onNearEnd } = props;
  const [choice, setChoice] = useState<Choice>(noChoice);
  const rows = useRowWindow(files.length);
  const typing = useRef({ letters: '', at: 0 });

  const choose = (next: Choice): void => {
    setChoice(next);
    props.onChoose([...next.chosen].sort((a, b) => a - b).flatMap((line) => files[line] ?? []));
    if (next.active !== choice.active && next.active >= 0) rows.reveal(next.active);
  };

  useEffect(() => {
    if (hasMore && rows.to > files.length - NEAR) onNearEnd();
  });
  useLayoutEffect(() => {
    // Who came by keyboard goes on by keyboard: the list that had the focus is gone with its folder.
    if (document.activeElement === document.body) rows.list.current?.focus({ preventScroll: true });
  }, [files.length === 0]);
  useLayoutEffect(() => {
    const line = start === null ? -1 : files.findIndex(({ path }) => path === start);
    if (line >= 0 && choice.active < 0) {
      setChoice({ active: line, anchor: line, chosen: new Set() });
      rows.reveal(line);
    }
  }, [start, files]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, shiftKey, metaKey, ctrlKey, altKey } = event;
    const active = files[choice.active];
    const isCommand = metaKey || ctrlKey;
    const line = isCommand ? null : lineAfter(key, choice, files.length, 10);
    if (key === 'Backspace' || ((altKey || metaKey) && key === 'ArrowUp')) props.onUp();
    else if (isCommand && key.toLowerCase() === 'a') choose(chooseAll(choice, files.length));
    else if (line !== null && !altKey) choose(goTo(choice, line, { shiftKey }));
    else if (isCommand || altKey) return;
    else if (key === 'Enter' && active) props.onOpen(active);
    else if (key === ' ' && active) props.onLook(active);
    else if (key.length === 1) typeAhead(key);
    else return;
    event.preventDefault();
  };

  const typeAhead = (letter: string): void => {
    const now = performance.now();
    const { letters, at } = typing.current;
    const typed = now - at < TYPING_MS ? letters + letter : letter;
    typing.current = { letters: typed, at: now };
    const line = typedAhead(
      files.map(({ name }) => name),
      typed,
      choice,
    );
    if (line !== null) choose(goTo(choice, line, { shiftKey: false }));
  };

  if (files.length === 0) {
    const words = isSearch ? say`Nothing of this name.` : say`This folder is empty.`;
    return (
      <p class="hint nothing" tabIndex={-1} ref={rows.list} onKeyDown={onKeyDown}>
        {isAsking ? say`Searching…` : words}
      </p>
    );
  }
  return (
    <div
      class="files"
      ref={rows.list}
      role="listbox"
      aria-label={isSearch ? say`Files found` : say`Files of the folder`}
      aria-multiselectable="true"
      aria-busy={isAsking}
      aria-activedescendant={
        choice.active >= rows.from && choice.active < rows.to ? `file-${choice.active}` : undefined
      }
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseDown={(event) => {
        // The list keeps the focus; a line may go away while one scrolls.
        event.preventDefault();
        rows.list.current?.focus({ preventScroll: true });
      }}
      onFocus={() => {
        if (choice.active < 0) setChoice({ ...choice, active: 0, anchor: 0 });
      }}
    >
      <div class="gap" style={{ height: `${rows.above}px` }} />
      {files.slice(rows.from, rows.to).map((file, index) => {
        const line = rows.from + index;
        return (
          <FileLine
            key={file.path}
            file={file}
            line={line}
            count={hasMore ? -1 : files.length}
            withFolder={isSearch}
            isActive={line === choice.active}
            isChosen={choice.chosen.has(line)}
            onClick={(event) =>
              choose(
                click(choice, line, {
                  shiftKey: event.shiftKey,
                  addKey: event.metaKey || event.ctrlKey,
                }),
              )
            }
            onOpen={() => props.onOpen(file)}
          />
        );
      })}
      <div class="gap" style={{ height: `${rows.below}px` }} />
    </div>
  );
}
