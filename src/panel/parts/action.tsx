/** A button that carries out one command. While it does it cannot be pressed again, and keeps the focus. */

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Command } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { useTools } from './page-tools.ts';
import type { Send } from './send.ts';

export interface ActionProps {
  readonly command: Command;
  /** Instead of the page's own way. */
  readonly send?: Send;
  readonly kind?: 'primary' | 'plain' | 'small' | 'danger' | 'secondary';
  readonly disabled?: boolean;
  /** For a screen reader, where the words alone do not say which thing is meant. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function Action({
  command,
  send: instead,
  kind = 'plain',
  disabled = false,
  label,
  children,
}: ActionProps) {
  const { send } = useTools();
  /** At once; what is drawn of it comes later. */
  const isSending = useRef(false);
  const [isPressed, setPressed] = useState(false);
  const press = async (): Promise<void> => {
    if (isSending.current) return;
    isSending.current = true;
    setPressed(true);
    try {
      await (instead ?? send)(command);
    } finally {
      isSending.current = false;
      setPressed(false);
    }
  };
  return (
    <button
      type="button"
      class={kind}
      disabled={disabled}
      aria-disabled={isPressed || undefined}
      aria-label={label}
      onClick={() => void press()}
    >
      {children}
    </button>
  );
}

/** Shows a file where it lies, in the system's own file manager. */
export function Reveal(props: Omit<ActionProps, 'children'>) {
  const { onMac } = useTools();
  return <Action {...props}>{onMac ? say`Show in Finder` : say`Show in folder`}</Action>;
}

/** The small cross in a corner. */
export function Close({
  label,
  onClick,
}: {
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="close" aria-label={label} onClick={onClick}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d="M3 3l6 6M9 3l-6 6" />
      </svg>
    </button>
  );
}
