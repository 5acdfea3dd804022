/** A card that may not be opened: what happened, what to do step by step, and the one button that comes next. */

import { useState } from 'preact/hooks';
import type { CoachPageView, CoachView, Command } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { Cross, Tick } from '../parts/pictures.tsx';
import { useReturn } from '../parts/use-return.ts';
import { PanePicture } from './pane-picture.tsx';

/** A button of the job this is about. */
export interface CoachButton {
  readonly words: string;
  readonly command: Command;
}

export interface CoachProps {
  readonly coach: CoachView;
  /** Null while the card is not there. */
  readonly again: CoachButton | null;
  /** Where a program that holds the card can be overruled. */
  readonly force: CoachButton | null;
}

export function Coach({ coach, again, force }: CoachProps) {
  const { send } = useTools();
  const [isManaged, setManaged] = useState(false);
  useReturn(() => void send({ command: 'look-again' }));
  if (coach.worksNow) return <WorksNow again={again} />;
  if (isManaged && coach.managed) {
    return (
      <div class="outcome coach" data-coach="managed">
        <Story page={coach.managed} />
        <Steps page={coach.managed} />
        <div class="buttons">
          {again && <Action command={again.command}>{again.words}</Action>}
          <button type="button" onClick={() => setManaged(false)}>
            {say`Back to the steps`}
          </button>
        </div>
        <Notes page={coach.managed} />
      </div>
    );
  }
  return (
    <div class="outcome coach" data-coach={coach.kind}>
      <Story page={coach} />
      {coach.pane && <PanePicture pane={coach.pane} app={coach.app} />}
      {coach.pane === null && <Steps page={coach} />}
      <div class="buttons">
        <Buttons coach={coach} again={again} force={force} />
      </div>
      {/* Below the button that leads to the switch, which is to be seen without scrolling. */}
      {coach.pane !== null && <Steps page={coach} />}
      <Notes page={coach} />
      {coach.managed && (
        <button type="button" class="quiet managed" onClick={() => setManaged(true)}>
          {coach.pane
            ? say`The switch is grey, or somebody else manages this Mac`
            : say`Somebody else manages this Mac`}
        </button>
      )}
    </div>
  );
}

interface PartProps {
  readonly page: CoachPageView;
}

function Story({ page: { title, what } }: PartProps) {
  return (
    <>
      <p class="verdict">
        <Cross /> {title}
      </p>
      <p>{what}</p>
    </>
  );
}

function Steps({ page: { steps } }: PartProps) {
  return (
    <ol>
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}

function Notes({ page: { notes } }: PartProps) {
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="next">
          {note}
        </p>
      ))}
    </>
  );
}

/** The first one is what to press next. */
function Buttons({ coach, again, force }: CoachProps) {
  const { pane } = coach;
  return (
    <>
      {pane && (
        <Action kind="primary" command={{ command: 'open-privacy-settings', pane }}>
          {say`Open System Settings`}
        </Action>
      )}
      {pane === 'removable-volumes' && (
        <Action
          command={{ command: 'open-privacy-settings', pane: 'full-disk-access' }}
          label={say`Open System Settings at Full Disk Access`}
        >
          {say`Full Disk Access`}
        </Action>
      )}
      {again && (
        <Action kind={pane ? 'plain' : 'primary'} command={again.command}>
          {askedAgain(coach) ? say`Ask again` : again.words}
        </Action>
      )}
      {force && <Action command={force.command}>{force.words}</Action>}
    </>
  );
}

/** Trying again brings up the dialog again, and that is all it takes. */
function askedAgain({ kind }: CoachView): boolean {
  return kind === 'cancelled' || kind === 'not-authorized';
}

function WorksNow({ again }: Pick<CoachProps, 'again'>) {
  return (
    <div class="outcome coach" data-coach="works-now" role="status">
      <p class="verdict">
        <Tick /> {say`It works now`}
      </p>
      <p>{say`The card can be opened. Nothing more is missing.`}</p>
      {again && (
        <div class="buttons">
          <Action kind="primary" command={again.command}>
            {again.command.command === 'retry' ? say`Back up` : again.words}
          </Action>
        </div>
      )}
    </div>
  );
}
