import type { DiskView } from '../contract/panel.ts';
import { say } from '../language/say.ts';
import { Action } from './action.tsx';
import { ContinueOffer } from './continue.tsx';
import { DiskMenu } from './disk-menu.tsx';
import { Hint } from './hint.tsx';
import { useTools } from './page-tools.ts';
import { CardPicture, Chevron } from './pictures.tsx';
import type { Send } from './send.ts';
import { listed, size } from './words.ts';

export interface DiskCardProps {
  readonly disk: DiskView;
  readonly onMac: boolean;
  /** There is something that could be written to it. */
  readonly canRestore: boolean;
  readonly send: Send;
}

/** A card that can be backed up, with the one button. */
export function DiskCard({ disk, onMac, canRestore, send }: DiskCardProps) {
  const isPi = disk.kind === 'pi';
  return (
    <>
      <CardHead title={disk.title} subtitle={disk.subtitle} lit={isPi} />
      <DiskMenu disk={disk} send={send} />
      {disk.history && <History history={disk.history} />}
      {disk.partitions.length > 0 && (
        <ul class="partitions" aria-label={say`Partitions`}>
          {disk.partitions.map((part, index) => (
            <li key={`${index}`}>
              <span class="name">{part.label ?? part.kind}</span>
              <span>{listed([part.label === null ? null : part.kind, size(part.bytes)])}</span>
            </li>
          ))}
        </ul>
      )}
      {disk.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      {disk.unfinished ? (
        <ContinueOffer unfinished={disk.unfinished} disk={disk} send={send} />
      ) : (
        <Action
          kind="primary"
          command={{ command: 'backup', disk: disk.disk, card: disk.card }}
          send={send}
        >
          {isPi ? say`Back up this Pi card` : say`Back up this disk`}
        </Action>
      )}
      {canRestore && (
        <Action
          kind="secondary"
          command={{
            command: 'restore-open',
            from: { with: 'card', disk: disk.disk, card: disk.card },
          }}
          send={send}
          label={say`Restore a backup… to ${disk.title}`}
        >
          {say`Restore a backup…`}
        </Action>
      )}
      {onMac && isPi ? (
        <Hint />
      ) : (
        <p class="hint">{say`A backup only reads the card. Nothing on it changes.`}</p>
      )}
    </>
  );
}

/** Whose card it looks like, and when that was last backed up. */
function History({ history }: { readonly history: NonNullable<DiskView['history']> }) {
  const { go } = useTools();
  const { text, since, pi } = history;
  const words = (
    <span class="names">
      <span>{text}</span>
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
