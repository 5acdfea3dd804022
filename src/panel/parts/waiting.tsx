import type { Problem } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { ProblemWords } from './problem-words.tsx';

/** In place of an answer that takes its time. */
export function Waiting({ children }: { readonly children: string }) {
  return (
    <div class="looking">
      <span>{children}</span>
      <progress aria-label={children} max={100} />
    </div>
  );
}

export interface TroubleProps {
  readonly problem: Problem;
  readonly onAgain?: (() => void) | undefined;
}

/** In place of an answer that did not come. */
export function Trouble({ problem, onAgain }: TroubleProps) {
  return (
    <div class="card look trouble" role="alert">
      <ProblemWords problem={problem} />
      {onAgain && (
        <div class="buttons">
          <button type="button" onClick={onAgain}>
            {say`Try again`}
          </button>
        </div>
      )}
    </div>
  );
}
