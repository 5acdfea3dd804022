import { formatNumber } from '../../language/format.ts';
import { say } from '../../language/say.ts';

export interface PagerProps {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
  readonly onTurn: (offset: number) => void;
}

/** Turns the pages of a list that would be too long at once. */
export function Pager({ offset, limit, total, onTurn }: PagerProps) {
  if (total <= limit && offset === 0) return null;
  const last = Math.min(total, offset + limit);
  return (
    <nav class="pager" aria-label={say`Pages of the list`}>
      <button
        type="button"
        class="small"
        disabled={offset === 0}
        onClick={() => onTurn(Math.max(0, offset - limit))}
      >
        {say`Previous`}
      </button>
      <span class="figures">
        {say`${formatNumber(offset + 1)} to ${formatNumber(last)} of ${formatNumber(total)}`}
      </span>
      <button
        type="button"
        class="small"
        disabled={last >= total}
        onClick={() => onTurn(offset + limit)}
      >
        {say`Next`}
      </button>
    </nav>
  );
}
