import { useRef } from 'preact/hooks';
import type { DiskView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';

export interface OtherMenuProps {
  readonly disk: DiskView;
  /** There is something that could be written to it. */
  readonly canRestore: boolean;
}

/** What is wanted less often than a backup. */
export function OtherMenu({ disk, canRestore }: OtherMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  const card = { disk: disk.disk, card: disk.card };
  return (
    <details
      class="other"
      ref={menu}
      onToggle={() => {
        if (menu.current?.open) menu.current.scrollIntoView({ block: 'nearest' });
      }}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !menu.current?.open) return;
        close();
        menu.current.querySelector('summary')?.focus();
      }}
      onFocusOut={({ relatedTarget }) => {
        // Leaving it by Tab closes it; a click on nothing in particular takes the focus away without a place to go.
        if (relatedTarget instanceof Node && !menu.current?.contains(relatedTarget)) close();
      }}
    >
      <summary aria-label={say`Other… for ${disk.title}`}>{say`Other…`}</summary>
      <div>
        {disk.unfinished && (
          <Action
            command={{ command: 'backup', ...card, continue: false }}
            label={say`Start the backup again: ${disk.title}`}
          >
            {say`Start the backup again`}
          </Action>
        )}
        {canRestore && (
          <Action
            command={{ command: 'restore-open', from: { with: 'card', ...card } }}
            label={say`Restore a backup… to ${disk.title}`}
          >
            {say`Restore a backup…`}
          </Action>
        )}
        <Action command={{ command: 'eject', ...card }} label={say`Eject ${disk.title}`}>
          {say`Eject`}
        </Action>
        {disk.canProtect && (
          <Action command={{ command: 'protect', ...card }}>{say`Never touch this disk`}</Action>
        )}
      </div>
    </details>
  );
}
