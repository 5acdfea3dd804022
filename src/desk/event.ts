/** Things that happen once and that the user is told about, beside the snapshot. */

import type { CardLeft, JobKind } from '../contract/panel.ts';

export type DeskEvent =
  | {
      readonly happened: 'card-appeared';
      readonly disk: string;
      readonly title: string;
      readonly kind: 'pi' | 'removable';
      readonly bytes: number;
    }
  /** A backup is made. */
  | {
      readonly happened: 'job-done';
      readonly job: string;
      readonly title: string;
      readonly image: string;
      readonly place: string;
      readonly bytes: number;
      readonly storedBytes: number;
      readonly seconds: number;
      readonly ejected: boolean;
    }
  | {
      readonly happened: 'restore-done';
      readonly job: string;
      readonly title: string;
      readonly provenBytes: number;
      readonly seconds: number;
      readonly ejected: boolean;
    }
  | { readonly happened: 'undo-done'; readonly job: string; readonly title: string }
  | {
      readonly happened: 'job-failed';
      readonly job: string;
      readonly kind: JobKind;
      /** What the card is worth now. */
      readonly card: CardLeft;
      readonly title: string;
      readonly code: string;
      readonly problem: string;
      readonly next: string;
    };
