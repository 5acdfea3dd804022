import { MOST_SPEEDS } from '../../contract/jobs.ts';
import { say } from '../../language/say.ts';
import { rate } from './words.ts';

const WIDTH = 288;
const HEIGHT = 30;
/** Free above the fastest piece, so that its line is whole. */
const TOP = 2;

/** How fast it was along the way; as wide as the bar above it, so that both end at the same place. */
export function SpeedCurve({ speeds }: { readonly speeds: readonly number[] }) {
  const known = speeds.filter((speed) => speed > 0);
  if (known.length === 0) {
    return <svg class="speeds" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  }
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const { line, area } = curve(speeds, most);
  const words =
    rate(least) === rate(most)
      ? say`Speed so far: ${rate(most)}.`
      : say`Speed so far: ${rate(least)} to ${rate(most)}.`;
  return (
    <svg
      class="speeds"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      <path class="under" d={area} />
      <path class="line" d={line} />
    </svg>
  );
}

/** The first known piece is drawn from its beginning, each other one to its end; pieces nobody measured are left out. */
export function curve(
  speeds: readonly number[],
  most: number,
): { readonly line: string; readonly area: string } {
  const first = speeds.findIndex((speed) => speed > 0);
  if (first < 0) return { line: '', area: '' };
  const x = (piece: number): number => round((piece / MOST_SPEEDS) * WIDTH);
  const y = (speed: number): number => round(HEIGHT - (speed / most) * (HEIGHT - TOP));
  const points = speeds.slice(first).map((speed, at) => `${x(first + at + 1)} ${y(speed)}`);
  const line = `M${x(first)} ${y(speeds[first] ?? 0)}L${points.join('L')}`;
  return { line, area: `${line}V${HEIGHT}H${x(first)}z` };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
