/** Which switch is to be found in System Settings, drawn by ourselves: decoration beside the steps. */

import type { CoachPageView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';

export interface PanePictureProps {
  readonly pane: NonNullable<CoachPageView['pane']>;
  /** Whose switch it is; null where nobody knows. */
  readonly app: string | null;
}

export function PanePicture({ pane, app }: PanePictureProps) {
  const name = app ?? say`Your terminal app`;
  const isNested = pane === 'removable-volumes';
  return (
    <div class="pane" aria-hidden="true">
      <div class="pane-bar">
        <i />
        <i />
        <i />
        <span>{isNested ? say`Files & Folders` : say`Full Disk Access`}</span>
      </div>
      <div class="pane-row">
        <AppSign />
        <span class="pane-name">{name}</span>
        {!isNested && <Switch />}
      </div>
      {isNested && (
        <div class="pane-row nested">
          <span class="pane-name">{say`Removable Volumes`}</span>
          <Switch />
        </div>
      )}
    </div>
  );
}

function AppSign() {
  return (
    <svg class="pane-app" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="5" />
      <path d="M6.5 5.5h5l2 2v7h-7z" />
    </svg>
  );
}

/** On its way from off to on. */
function Switch() {
  return (
    <svg class="switch" viewBox="0 0 34 20" aria-hidden="true">
      <rect class="track" x="0.5" y="0.5" width="33" height="19" rx="9.5" />
      <circle class="knob" cx="24" cy="10" r="8" />
    </svg>
  );
}
