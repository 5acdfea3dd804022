import { say } from '../../language/say.ts';
import { Password, Privacy } from '../parts/asked.tsx';
import { useTools } from '../parts/page-tools.ts';

export interface FirstCardProps {
  /** As macOS will name it: "octopi (31.9 GB)". */
  readonly card: string;
  /** The backup has begun, and the system asks now. */
  readonly isAsking: boolean;
}

/**
 * At the first card on a Mac: what its system is about to ask, with the words beside it. The click on the one button raises the
 * questions, and nothing before it does.
 */
export function FirstCard({ card, isAsking }: FirstCardProps) {
  const { firstTime } = useTools().snapshot;
  if (!firstTime?.willAsk) return null;
  return (
    <div class="first-card" data-asking={isAsking}>
      <h3>{isAsking ? say`macOS is asking now` : say`macOS will ask you two things`}</h3>
      <Privacy app={firstTime.app} />
      <Password card={card} />
    </div>
  );
}
