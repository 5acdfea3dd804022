import type { PlanView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { partitionName, portion, size } from '../parts/words.ts';
import { type DrawnPart, draw } from './card-drawing.ts';

export interface CardMapProps {
  readonly plan: PlanView;
  /** How much of what will be read has been copied, from 0 to 1. */
  readonly copied: number;
}

/** The card as a picture: where something is used, how much of that is copied, and what stays unread. */
export function CardMap({ plan, copied }: CardMapProps) {
  const { width, height, outline, free, parts, outside } = draw(plan, copied);
  return (
    <svg
      class="map"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={spokenMap(plan, copied)}
    >
      <path class="face" d={outline} />
      {plan.partitions.map((part, place) => (
        <g key={part.index} class={`of of-${place + 1}`}>
          <title>{partitionName(part)}</title>
          <Squares {...(parts[place] ?? outside)} />
        </g>
      ))}
      <g class="of">
        <Squares {...outside} />
      </g>
      <path class="free" d={free} />
    </svg>
  );
}

function Squares({ region, wanted, copied }: DrawnPart) {
  return (
    <>
      <path class="region" d={region} />
      <path class="wanted" d={wanted} />
      <path class="copied" d={copied} />
    </>
  );
}

/** What the picture shows, for whoever cannot see it; the partitions follow as a list. In tenths, so that it is calm. */
function spokenMap({ bytes, readBytes }: PlanView, copied: number): string {
  const left = bytes - readBytes;
  const used =
    left === 0
      ? say`All ${size(bytes)} count as used.`
      : say`${portion(readBytes, bytes)} count as used, ${size(left)} are free and left out.`;
  const percent = Math.min(10, Math.floor(copied * 10)) * 10;
  return percent === 100
    ? say`Map of the card. ${used} Everything used is copied.`
    : say`Map of the card. ${used} ${percent} percent of that is copied.`;
}
