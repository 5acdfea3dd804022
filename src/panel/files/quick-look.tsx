import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AnswerTo, FileView } from '../../contract/panel.ts';
import { sentenceCase } from '../../language/format.ts';
import { say, sayAround } from '../../language/say.ts';
import { Close } from '../parts/action.tsx';
import { SafeName } from '../parts/safe-name.tsx';
import { useAsk } from '../parts/use-ask.ts';
import { Trouble, Waiting } from '../parts/waiting.tsx';
import { fileTime, measure } from './file-words.ts';
import { SaveButton } from './save-button.tsx';

export interface QuickLookProps {
  readonly backup: string;
  readonly file: FileView;
  /** The files beside it, to be turned to. */
  readonly files: readonly FileView[];
  readonly onTurn: (file: FileView) => void;
  readonly onClose: () => void;
}

/**
 * A first look into one file, over the page, which takes the focus back (`useFocusBack`). Space and Escape close it, the
 * arrow keys turn to the next file.
 */
export function QuickLook({ backup, file, files, onTurn, onClose }: QuickLookProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is pressed.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    // Not the first button, which would be Close: the keys are for the whole.
    dialog.current?.focus();
  }, []);
  const hasContent = file.kind === 'file' && file.unreadable === null;
  const { answer, problem, askAgain } = useAsk(
    'preview',
    hasContent ? { ask: 'preview', backup, path: file.path } : null,
    0,
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, target } = event;
    const isText = target instanceof HTMLElement && target.matches('.content');
    const isButton = target instanceof HTMLButtonElement;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[key];
    if (key === ' ' && !isButton) onClose();
    else if (
      step !== undefined &&
      !(isText && key.startsWith('ArrowU')) &&
      !(isText && key === 'ArrowDown')
    ) {
      const others = files.filter(({ kind }) => kind !== 'folder');
      const next = others[others.findIndex(({ path }) => path === file.path) + step];
      if (next) onTurn(next);
    } else return;
    event.preventDefault();
  };
  return (
    <dialog
      class="quick-look"
      tabIndex={-1}
      ref={dialog}
      aria-labelledby="quick-look-name"
      onCancel={(event) => {
        // Gone at once: the close event comes later, when the next file may have been opened already.
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
      onKeyDown={onKeyDown}
    >
      <header>
        <h2 id="quick-look-name">
          <SafeName name={file.name} />
        </h2>
        <p class="subtitle">
          {[measure(file), fileTime(file.modified), file.mode].filter(Boolean).join(' · ')}
        </p>
        <Close label={say`Close`} onClick={onClose} />
      </header>
      {!hasContent && <Without file={file} />}
      {problem && <Trouble problem={problem} onAgain={askAgain} />}
      {hasContent && !answer && !problem && <Waiting>{say`Reading the file…`}</Waiting>}
      {answer && <Shown answer={answer} />}
      <div class="buttons ends">
        <SaveButton backup={backup} paths={[file.path]} />
      </div>
    </dialog>
  );
}

function Shown({
  answer: { shown, isIncomplete, path },
}: {
  readonly answer: AnswerTo<'preview'>;
}) {
  return (
    <>
      {isIncomplete && (
        <p class="warning">
          {say`Parts of it could not be read when the backup was made; zeros stand there.`}
        </p>
      )}
      {shown.kind === 'text' && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <section class="content" tabIndex={0} aria-label={say`Content`}>
            <pre dir="auto">{shown.text}</pre>
          </section>
          {shown.isCut && <p class="detail">{say`Only the beginning is shown.`}</p>}
        </>
      )}
      {shown.kind === 'picture' && (
        <img alt={say`Content of ${path}`} src={`data:${shown.mediaType};base64,${shown.data}`} />
      )}
      {shown.kind === 'nothing' && <p class="hint nothing">{sentence(shown.why)}</p>}
    </>
  );
}

/** What has no content of its own. */
function Without({ file: { target, unreadable } }: { readonly file: FileView }) {
  if (unreadable !== null) {
    return <p class="hint nothing">{say`It cannot be read, because ${unreadable}.`}</p>;
  }
  return (
    <p class="hint nothing">
      {target === null
        ? say`It has no content of its own.`
        : sayAround`It leads to ${<SafeName name={target} />}`}
    </p>
  );
}

function sentence(words: string): string {
  const capital = sentenceCase(words);
  return /[.。]$/.test(capital) ? capital : say`${capital}.`;
}
