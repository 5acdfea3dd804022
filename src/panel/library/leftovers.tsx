import { useState } from 'preact/hooks';
import type { Snapshot } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { share } from '../job/continue.tsx';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';
import { size } from '../parts/words.ts';

/** Backups that did not come to their end: to be continued with their card, or cleared away. */
export function Leftovers() {
  const { leftovers, disks } = useTools().snapshot;
  const isIn = ({ unfinished }: Leftover): boolean =>
    disks.some((disk) => unfinished && disk.unfinished?.at === unfinished.at);
  if (leftovers.length === 0) return null;
  return (
    <section class="aside" aria-labelledby="leftovers">
      <h2 id="leftovers">{say`Unfinished backups`}</h2>
      <ul>
        {leftovers.map((leftover) => (
          <Line key={leftover.file} leftover={leftover} isCardIn={isIn(leftover)} />
        ))}
      </ul>
    </section>
  );
}

type Leftover = Snapshot['leftovers'][number];

interface LineProps {
  readonly leftover: Leftover;
  /** Its card offers to continue it. */
  readonly isCardIn: boolean;
}

/** What can still be of use is asked about before it goes. */
function Line({ leftover, isCardIn }: LineProps) {
  const { file, name, unfinished } = leftover;
  const [isAsking, setAsking] = useState(false);
  const remove = (
    <Action
      kind="small"
      command={{ command: 'clear-leftover', file }}
      label={isAsking ? say`Remove ${name} for good` : say`Remove ${name}`}
    >
      {say`Remove`}
    </Action>
  );
  return (
    <li>
      <span class="names">
        <span class="name" title={file}>
          {name}
        </span>
        <span class="detail" aria-live="polite">
          {detail(leftover, isCardIn, isAsking)}
        </span>
      </span>
      {(!unfinished || isAsking) && remove}
      {unfinished && (
        <button
          type="button"
          class="small"
          aria-label={isAsking ? say`Keep ${name}` : say`Remove ${name}…`}
          onClick={() => setAsking(!isAsking)}
        >
          {isAsking ? say`Keep` : say`Remove…`}
        </button>
      )}
    </li>
  );
}

function detail(
  { unfinished, storedBytes }: Leftover,
  isCardIn: boolean,
  isAsking: boolean,
): string {
  const stored = size(storedBytes);
  if (!unfinished) return say`${stored}, cannot be used`;
  if (isAsking) return say`${share(unfinished)} of the card would have to be read again.`;
  return isCardIn
    ? say`${stored}, ${share(unfinished)} done.`
    : say`${stored}, ${share(unfinished)} done. Put its card in to continue.`;
}
