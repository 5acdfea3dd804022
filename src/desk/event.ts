/** Things that happen once and that the user is told about, beside the snapshot. */

import type { CardLeft, JobKind } from '../contract/panel.ts';

/** An insertion of a card, as commands name it. */
export interface CardRef {
  readonly disk: string;
  readonly card: string;
}

export type DeskEvent =
  | {
      readonly happened: 'card-appeared';
      readonly disk: string;
      /** This insertion of it. */
      readonly card: string;
      readonly title: string;
      readonly kind: 'pi' | 'removable';
      readonly bytes: number;
      /** "looks like octopi — last backed up 47 days ago"; null where nothing is known. */
      readonly history: string | null;
      /** Nobody has proven what a restore wrote to it. */
      readonly isUnproven?: boolean;
    }
  /** The last good backup of a Pi is older than the user wants. */
  | {
      readonly happened: 'reminder';
      /** Key of the Pi. */
      readonly pi: string;
      readonly title: string;
      /** "octopi was last backed up 47 days ago." */
      readonly last: string;
    }
  /** A backup that began by itself was not allowed; nothing asks again until the card is put in again. */
  | {
      readonly happened: 'hands-free-refused';
      readonly job: string;
      readonly of: CardRef;
      readonly title: string;
    }
  | {
      readonly happened: 'checked';
      readonly errand: string;
      readonly title: string;
      /** Path of the image. */
      readonly image: string;
      readonly isBad: boolean;
      readonly sentence: string;
    }
  /** A backup is made. */
  | {
      readonly happened: 'job-done';
      readonly job: string;
      readonly of: CardRef;
      readonly title: string;
      readonly image: string;
      readonly place: string;
      readonly bytes: number;
      readonly storedBytes: number;
      readonly seconds: number;
      readonly ejected: boolean;
      /** It began when the card was put in. */
      readonly byItself: boolean;
      /** The card could not be read everywhere. */
      readonly isIncomplete: boolean;
    }
  | {
      readonly happened: 'restore-done';
      readonly job: string;
      readonly of: CardRef;
      readonly title: string;
      readonly provenBytes: number;
      readonly seconds: number;
      readonly ejected: boolean;
    }
  | {
      readonly happened: 'undo-done';
      readonly job: string;
      readonly of: CardRef;
      readonly title: string;
    }
  | {
      readonly happened: 'job-failed';
      readonly job: string;
      readonly of: CardRef;
      readonly kind: JobKind;
      /** What the card is worth now. */
      readonly card: CardLeft;
      readonly title: string;
      readonly code: string;
      readonly problem: string;
      readonly next: string;
    };
