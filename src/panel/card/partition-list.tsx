import type { PlanView } from '../../contract/panel.ts';
import { say, sayCount } from '../../language/say.ts';
import { fileSystemName, inARow, partitionName, portion, size } from '../parts/words.ts';

type Part = PlanView['partitions'][number];

/** The partitions of the map, each to be unfolded; while the pointer or the focus is on one, the map marks it. */
export function PartitionList({ plan }: { readonly plan: PlanView }) {
  const { partitions, morePartitions, wholeCard } = plan;
  return (
    <ul class="parts" aria-label={say`Partitions`}>
      {partitions.map((part, place) => {
        const why = explanation(part, wholeCard);
        return (
          <li key={part.index} class={`of of-${place + 1}`}>
            <details>
              <summary title={why}>
                <span class="name">{partitionName(part)}</span>
                <span>{part.label ? fileSystemName(part.fileSystem) : ''}</span>
                <span class="amount">{amount(part)}</span>
              </summary>
              <p>{why}</p>
            </details>
          </li>
        );
      })}
      {morePartitions > 0 && <li>{sayCount(morePartitions, 'and {n} more', 'and {n} more')}</li>}
    </ul>
  );
}

function amount({ strategy, usedBytes, bytes }: Part): string {
  return strategy === 'whole' || usedBytes === null
    ? say`all ${size(bytes)}`
    : portion(usedBytes, bytes);
}

function explanation(part: Part, asked: boolean): string {
  const { strategy, reason, usedBytes, bytes, journal } = part;
  if (strategy === 'whole') {
    if (asked) return say`Copied whole, as asked.`;
    return reason === null ? say`Copied whole.` : say`Copied whole: ${reason}.`;
  }
  const sentences: string[] = [];
  if (usedBytes !== null) {
    const free = Math.max(0, bytes - usedBytes);
    sentences.push(say`${size(usedBytes)} are in use, ${size(free)} are proven free.`);
  }
  if (journal === 'replayed') {
    sentences.push(
      say`The Pi was not shut down cleanly; what its journal still holds counts as used.`,
    );
  }
  return inARow(sentences);
}
