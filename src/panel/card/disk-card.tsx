import type { DiskView } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { ContinueOffer } from '../job/continue.tsx';
import { Action } from '../parts/action.tsx';
import { ClickIgnore } from '../parts/asked.tsx';
import { useTools } from '../parts/page-tools.ts';
import { CardPicture, Chevron } from '../parts/pictures.tsx';
import { CardSketch, SketchList } from './card-sketch.tsx';
import { isCrowded } from './crowd.ts';
import { OtherMenu } from './other-menu.tsx';

export interface DiskCardProps {
  readonly disk: DiskView;
}

/** A card that can be backed up, with the one button. */
export function DiskCard({ disk }: DiskCardProps) {
  const { snapshot, onMac } = useTools();
  const isPi = disk.kind === 'pi';
  const isCompact = isCrowded(snapshot);
  return (
    <>
      <CardHead title={disk.title} subtitle={disk.subtitle} lit={isPi} />
      {disk.history && <History history={disk.history} />}
      {disk.partitions.length > 0 && (
        <div class="plan">
          <CardSketch disk={disk} />
          {!isCompact && <SketchList disk={disk} />}
        </div>
      )}
      {disk.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      {disk.unfinished ? (
        <ContinueOffer unfinished={disk.unfinished} disk={disk} />
      ) : (
        <Action kind="primary" command={{ command: 'backup', disk: disk.disk, card: disk.card }}>
          {isPi ? say`Back up this Pi card` : say`Back up this disk`}
        </Action>
      )}
      <OtherMenu disk={disk} canRestore={snapshot.backups.length > 0} />
      <p class="hint">
        {onMac && isPi ? (
          <ClickIgnore />
        ) : (
          say`A backup only reads the card. Nothing on it changes.`
        )}
      </p>
    </>
  );
}

/** Whose card it looks like, and when that was last backed up. */
function History({ history }: { readonly history: NonNullable<DiskView['history']> }) {
  const { go } = useTools();
  const { text, since, portrait, pi } = history;
  const words = (
    <span class="names">
      <span>{text}</span>
      {portrait && <span class="detail">{portrait}</span>}
      {since !== null && <span class="detail">{since}</span>}
    </span>
  );
  if (pi === null) return <p class="history">{words}</p>;
  return (
    <button
      type="button"
      class="history"
      data-id={`history ${pi}`}
      onClick={() => go({ at: 'pi', pi })}
    >
      {words}
      <Chevron />
    </button>
  );
}

interface CardHeadProps {
  readonly title: string;
  readonly subtitle: string;
  readonly lit: boolean;
}

export function CardHead({ title, subtitle, lit }: CardHeadProps) {
  return (
    <div class="head">
      <CardPicture lit={lit} />
      <div class="names">
        <h2>{title}</h2>
        {subtitle && <p class="subtitle">{subtitle}</p>}
      </div>
    </div>
  );
}
