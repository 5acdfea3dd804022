import { say } from '../../language/say.ts';
import { Action } from '../parts/action.tsx';
import { Accessory, NotReadable } from '../parts/asked.tsx';
import { useTools } from '../parts/page-tools.ts';
import { SlotPicture } from '../parts/pictures.tsx';

/** Nothing is inserted: what PiKeep does, at one glance, and what to know when a card goes in. */
export function EmptySlot() {
  const { snapshot, onMac } = useTools();
  const { tool, sample } = snapshot;
  if (sample?.is === 'shown') return <SampleOut />;
  return (
    <section class="empty">
      <SlotPicture />
      <h2>{say`Put in a Raspberry Pi card`}</h2>
      <p>
        {say`One click makes an exact image of it. PiKeep then reads the image back and tells you when it is proven. The card itself is only read.`}
      </p>
      {sample && (
        <div class="buttons try-sample">
          <Action command={{ command: 'sample-start' }} disabled={sample.is === 'starting'}>
            {say`Try it with a sample card`}
          </Action>
        </div>
      )}
      {onMac && (
        <div class="when-inserted">
          <NotReadable />
          <Accessory />
        </div>
      )}
      {tool.source && <p class="source">{tool.source}</p>}
    </section>
  );
}

function SampleOut() {
  return (
    <section class="empty">
      <SlotPicture />
      <h2>{say`The sample card is out`}</h2>
      <p>{say`You can still look at its backup in the library. “End and remove” above removes all of it.`}</p>
    </section>
  );
}
