import { say } from '../language/say.ts';
import { Hint } from './hint.tsx';
import { SlotPicture } from './pictures.tsx';

/** Nothing is inserted: what PiKeep does, at one glance. */
export function EmptySlot({ onMac, source }: { readonly onMac: boolean; readonly source: string }) {
  return (
    <section class="empty">
      <SlotPicture />
      <h2>{say`Put in a Raspberry Pi card`}</h2>
      <p>
        {say`One click makes an exact image of it. PiKeep then reads the image back and tells you when it is proven. The card itself is only read.`}
      </p>
      {onMac && <Hint />}
      {source && <p class="source">{source}</p>}
    </section>
  );
}
