import { useRef } from 'preact/hooks';
import type { DiskView } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { Action } from './action.tsx';
import type { Send } from './send.ts';

export interface DiskMenuProps {
  readonly disk: DiskView;
  readonly send: Send;
}

/** What is seldom wanted of a disk, behind three dots. */
export function DiskMenu({ disk, send }: DiskMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  if (!disk.canProtect) return null;
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !menu.current?.open) return;
        menu.current.open = false;
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary aria-label={say`More for ${disk.title}`}>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2 6h.01M6 6h.01M10 6h.01" />
        </svg>
      </summary>
      <div>
        <Action command={{ command: 'protect', disk: disk.disk, card: disk.card }} send={send}>
          {say`Never touch this disk`}
        </Action>
      </div>
    </details>
  );
}
