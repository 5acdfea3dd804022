import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { useTools } from '../parts/page-tools.ts';

/** While the sample card is shown, on every page: what this is, and the way out. */
export function SampleBar() {
  const { sample } = useTools().snapshot;
  if (sample?.is !== 'shown') return null;
  return (
    <aside class="sample-bar" aria-label={say`Sample card`}>
      <p>
        {sample.waits
          ? say`A real card is waiting. This is the sample card, in a folder of its own.`
          : say`This is a sample card in a folder of its own. Try everything: nothing of yours is touched.`}
      </p>
      <Action kind="small" command={{ command: 'sample-end' }}>
        {say`End and remove`}
      </Action>
    </aside>
  );
}
