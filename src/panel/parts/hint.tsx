import { say, sayAround } from '../../language/say.ts';

/** macOS cannot read a Pi's Linux partition, and offers to initialize, that is: to erase, the card. */
export function Hint() {
  return (
    <p class="hint">
      {sayAround`If your Mac says the disk is not readable, click ${<strong>{say`Ignore`}</strong>}. ${<strong>{say`Initialize`}</strong>} would erase it.`}
    </p>
  );
}
