/** A dialog of the system, drawn by ourselves: decoration beside the words that say what to press. */

import type { ComponentChildren } from 'preact';

export interface DialogButton {
  readonly words: string;
  /** The one to press, the one never to press, or another. */
  readonly is?: 'wanted' | 'never';
}

export interface DialogPictureProps {
  readonly text: ComponentChildren;
  /** In smaller letters below. */
  readonly detail?: ComponentChildren;
  readonly buttons: readonly DialogButton[];
}

export function DialogPicture({ text, detail, buttons }: DialogPictureProps) {
  return (
    <div class="dialog-picture" aria-hidden="true">
      <svg class="dialog-sign" viewBox="0 0 24 24" aria-hidden="true">
        <rect x="1.5" y="1.5" width="21" height="21" rx="6" />
        <path d="M8 6h6l3 3v9H8z" />
      </svg>
      <strong>{text}</strong>
      {detail && <span class="dialog-detail">{detail}</span>}
      <span class="dialog-buttons">
        {buttons.map(({ words, is }) => (
          <span key={words} class={is === undefined ? 'dialog-button' : `dialog-button ${is}`}>
            {words}
          </span>
        ))}
      </span>
    </div>
  );
}
