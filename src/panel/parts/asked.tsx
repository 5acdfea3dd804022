/**
 * What macOS asks on the way to a card, with its own words drawn beside ours. The wording: Apple Support 102282 for
 * accessories, Apple Platform Security, "Controlling app access to files", for removable volumes.
 */

import { say, sayAround } from '../../language/say.ts';
import { DialogPicture } from './dialog-picture.tsx';

export function NotReadable() {
  return (
    <div class="asked" data-asked="not-readable">
      <DialogPicture
        text={say`The disk you attached was not readable by this computer.`}
        buttons={[
          { words: say`Initialize…`, is: 'never' },
          { words: say`Eject` },
          { words: say`Ignore`, is: 'wanted' },
        ]}
      />
      <p>
        <ClickIgnore />
      </p>
    </div>
  );
}

/** macOS cannot read a Pi's Linux partition, and offers to initialize, that is: to erase, the card. */
export function ClickIgnore() {
  return (
    <>
      {sayAround`If your Mac says the disk is not readable, click ${<strong>{say`Ignore`}</strong>}. ${<strong>{say`Initialize`}</strong>} would erase it.`}
    </>
  );
}

/** MacBooks with Apple silicon, since macOS 13: until it is allowed, no card appears. */
export function Accessory() {
  return (
    <p data-asked="accessory">
      {sayAround`A MacBook with Apple silicon asks “Allow accessory to connect?” before it looks at a new card reader or card. Click ${<strong>{say`Allow`}</strong>}, or no card appears here.`}
    </p>
  );
}

/** `app`: in whose name it is asked; null where nobody knows. */
export function Privacy({ app }: { readonly app: string | null }) {
  const name = app ?? say`Terminal`;
  return (
    <div class="asked" data-asked="privacy">
      <DialogPicture
        text={say`“${name}” would like to access files on a removable volume.`}
        detail={say`PiKeep reads the Raspberry Pi card that you back up, and writes the one that you restore to.`}
        buttons={[{ words: say`Don’t Allow` }, { words: say`Allow`, is: 'wanted' }]}
      />
      <p>
        {sayAround`Asked once, at the first card. Click ${<strong>{say`Allow`}</strong>}; some versions of macOS call it ${<strong>{say`OK`}</strong>}. After “Don’t Allow” macOS never asks again, and only System Settings can change it.`}
      </p>
    </div>
  );
}

/** `card`: which one is to be read; null before there is any. */
export function Password({ card }: { readonly card: string | null }) {
  return (
    <div class="asked" data-asked="password">
      <DialogPicture
        text={
          card === null
            ? say`PiKeep wants to read the card. Nothing on it is changed.`
            : say`PiKeep wants to read ${card}. Nothing on it is changed.`
        }
        detail={say`Touch ID or enter your password to allow this.`}
        buttons={[{ words: say`Cancel` }, { words: say`Use Password…`, is: 'wanted' }]}
      />
      <p>
        {say`Asked for each backup: macOS opens a whole card only with the consent of an administrator. It is for this one card, for reading, and ends with the backup.`}
      </p>
    </div>
  );
}
