/** The three pages of the first start: what PiKeep does, where backups go, what the system will ask. */

import { say } from '../../language/say.ts';
import { Accessory, NotReadable, Password, Privacy } from '../parts/asked.tsx';
import { useTools } from '../parts/page-tools.ts';
import { ShelfPicture, SlotPicture, Tick } from '../parts/pictures.tsx';
import { LibraryPlace } from './library-place.tsx';

export interface FirstRunPage {
  readonly title: () => string;
  readonly Content: () => preact.JSX.Element;
}

export const firstRunPages: readonly FirstRunPage[] = [
  { title: () => say`Your Pi’s card, kept safe`, Content: WhatItDoes },
  { title: () => say`Where backups go`, Content: WhereTheyGo },
  { title: () => say`What will be asked`, Content: WhatIsAsked },
];

function WhatItDoes() {
  const points = [
    say`One click makes an exact image of a Raspberry Pi card. Only what is in use on it is read.`,
    say`Every image is read back and compared. PiKeep says “proven” only after that.`,
    say`A backup never writes to the card. Only a restore does, and it asks you twice which card.`,
  ];
  return (
    <>
      <SlotPicture />
      <ul class="points">
        {points.map((point) => (
          <li key={point}>
            <Tick />
            <span>{point}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function WhereTheyGo() {
  return (
    <>
      <ShelfPicture />
      <p>
        {say`Every backup is one image file that any flasher accepts, in a folder for each Pi. Nothing leaves this computer.`}
      </p>
      <LibraryPlace />
    </>
  );
}

function WhatIsAsked() {
  const { snapshot, onMac } = useTools();
  const system = snapshot.firstTime?.system ?? 'slot';
  if (system === 'macos' || (system === 'slot' && onMac)) {
    return (
      <>
        <p>{say`Nothing now. When you back up a card, macOS asks before PiKeep may read it:`}</p>
        <Privacy app={snapshot.firstTime?.app ?? null} />
        <Password card={null} />
        <h3>{say`When you put in a card`}</h3>
        <NotReadable />
        <Accessory />
      </>
    );
  }
  if (system === 'linux') {
    return (
      <>
        <p>
          {say`Nothing now. When you back up a card, a dialog of the system asks for the password of an administrator, because only they may read a whole card.`}
        </p>
        <p>
          {say`It is for this one card and ends with the backup. Whoever may read card readers anyway, in the group “disk” for instance, is not asked.`}
        </p>
      </>
    );
  }
  return (
    <p>{say`Nothing: a folder stands in for the card reader here, and you may read that anyway.`}</p>
  );
}
