/** A backup that did not finish: how much of it is there, and the way on from there. */

import type { DiskView, UnfinishedView } from '../../contract/panel.ts';
import { formatPercent } from '../../language/format.ts';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { ago } from '../parts/words.ts';

/** "43%"; never all of it, since something is missing. */
export function share({ bytes, total }: UnfinishedView): string {
  return formatPercent(total > 0 ? Math.min(99, Math.floor((bytes / total) * 100)) / 100 : 0);
}

export interface ContinueProps {
  readonly unfinished: UnfinishedView;
  readonly disk: DiskView;
}

/** On a card that can be backed up. */
export function ContinueOffer({ unfinished, disk }: ContinueProps) {
  return (
    <>
      <p class="next">
        {say`A backup of this card stopped ${ago(unfinished.at)}, before it was done. ${share(unfinished)} is there already, and is used if the card is still as it was.`}
      </p>
      <ContinueButton disk={disk} />
    </>
  );
}

export function ContinueButtons({ disk }: Pick<ContinueProps, 'disk'>) {
  return (
    <>
      <ContinueButton disk={disk} />
      <Action
        command={{ command: 'backup', disk: disk.disk, card: disk.card, continue: false }}
        label={say`Start again with the backup of ${disk.title}`}
      >
        {say`Start again`}
      </Action>
    </>
  );
}

function ContinueButton({ disk }: Pick<ContinueProps, 'disk'>) {
  return (
    <Action
      kind="primary"
      command={{ command: 'backup', disk: disk.disk, card: disk.card, continue: true }}
      label={say`Continue the backup: ${disk.title}`}
    >
      {say`Continue the backup`}
    </Action>
  );
}

/** Below what ended a backup early. */
export function Kept({
  unfinished,
  disk,
}: Pick<ContinueProps, 'unfinished'> & { readonly disk: DiskView | null }) {
  return (
    <p class="next">
      {disk
        ? say`What is done is kept: ${share(unfinished)} of it. You can continue from there.`
        : say`What is done is kept: ${share(unfinished)} of it. Continue when the card is back.`}
    </p>
  );
}
