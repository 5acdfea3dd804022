import type { TargetView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { CardPicture } from '../parts/pictures.tsx';
import { ago, contentWords } from '../parts/words.ts';

export interface TargetProps {
  readonly target: TargetView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** One card to choose, with what is on it. */
export function Target({ target, isChosen, onChoose }: TargetProps) {
  const { card, title, subtitle, kind, isOrigin } = target;
  return (
    <label class={isChosen ? 'target chosen' : 'target'}>
      <input type="radio" name="target" value={card} checked={isChosen} onChange={onChoose} />
      <CardPicture lit={kind === 'pi'} />
      <span class="names">
        <span class="name">{title}</span>
        <span class="detail">{description(target)}</span>
        <span class="detail">{subtitle}</span>
        {isOrigin && <span class="badge">{say`This backup is of this card`}</span>}
      </span>
    </label>
  );
}

function description(target: TargetView): string {
  const { title, content, lastBackup, unfinished, unproven = false, locked, job } = target;
  if (job !== null) return say`Something is working on it`;
  if (locked) return say`Write-protected by its lock switch`;
  if (unfinished) return say`Not finished: restore it again`;
  if (unproven) return say`Never proven: restore it again`;
  const words = contentWords(content, title);
  return lastBackup === null ? words : say`${words}, last backed up ${ago(lastBackup)}`;
}
