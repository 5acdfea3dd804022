import type { Problem } from '../../contract/panel.ts';
import { Cross } from './pictures.tsx';

/** A failure: what it is, what happened, and what to do. */
export function ProblemWords({ problem }: { readonly problem: Problem }) {
  return (
    <>
      <p class="verdict">
        <Cross /> {problem.title}
      </p>
      <p>{problem.message}</p>
      <p class="next">{problem.next}</p>
    </>
  );
}
