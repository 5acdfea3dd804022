import type { DiskView, PlanView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { listed, size } from '../parts/words.ts';
import { draw } from './card-drawing.ts';

/** As many as in the map that a backup draws, so that it fills in the same place. */
const CELLS = 240;

/** The card before it is read: where its partitions lie. What is used within them is known once it is opened. */
export function CardSketch({ disk }: { readonly disk: DiskView }) {
  const plan = sketched(disk);
  if (!plan) return null;
  const { width, height, outline, free, parts } = draw(plan, 0);
  const words = listed(disk.partitions.map((part) => say`${nameOf(part)}: ${size(part.bytes)}`));
  return (
    <svg
      class="map sketch"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={say`Map of the card. ${words}`}
    >
      <path class="face" d={outline} />
      {parts.map(({ region }, place) => (
        <g key={region} class={`of of-${place + 1}`}>
          <path class="region" d={region} />
        </g>
      ))}
      <path class="free" d={free} />
    </svg>
  );
}

/** Its partitions with the colours that they have in the map. */
export function SketchList({ disk }: { readonly disk: DiskView }) {
  return (
    <ul class="parts sketched" aria-label={say`Partitions`}>
      {disk.partitions.map((part, place) => (
        <li key={`${place}`} class={`of of-${place + 1}`}>
          <span class="name">{nameOf(part)}</span>
          {part.label !== null && <span>{part.kind}</span>}
          <span class="amount">{size(part.bytes)}</span>
        </li>
      ))}
    </ul>
  );
}

type Part = DiskView['partitions'][number];

function nameOf({ label, kind }: Part): string {
  return label ?? kind;
}

/** Null where the place of a partition is not known: a map must not guess. */
function sketched({ bytes, partitions }: DiskView): PlanView | null {
  const known = partitions.flatMap((part, index) =>
    part.offset === undefined
      ? []
      : [{ ...unknownUse, index: index + 1, offset: part.offset, bytes: part.bytes }],
  );
  if (known.length === 0 || known.length < partitions.length) return null;
  return {
    bytes,
    readBytes: 0,
    wholeCard: false,
    partitions: known,
    morePartitions: 0,
    cells: Array.from({ length: CELLS }, () => 0),
  };
}

const unknownUse = {
  label: null,
  fileSystem: null,
  usedBytes: null,
  strategy: 'used',
  reason: null,
  journal: null,
} as const;
