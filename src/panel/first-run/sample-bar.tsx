import type { Snapshot } from '../../contract/panel.ts';
import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import type { Send } from '../parts/send.ts';

export interface SampleBarProps {
  readonly sample: Snapshot['sample'];
  readonly send: Send;
}

/** While the sample card is shown, on every page: what this is, and the way out. */
export function SampleBar({ sample, send }: SampleBarProps) {
  if (sample?.is !== 'shown') return null;
  return (
    <aside class="sample-bar" aria-label={say`Sample card`}>
      <p>
        {sample.waits
          ? say`A real card is waiting. This is the sample card, in a folder of its own.`
          : say`This is a sample card in a folder of its own. Try everything: nothing of yours is touched.`}
      </p>
      <Action kind="small" command={{ command: 'sample-end' }} send={send}>
        {say`End and remove`}
      </Action>
    </aside>
  );
}
