/** Things that happen once and that the user is told about, beside the snapshot. */

export type DeskEvent =
  | {
      readonly happened: 'card-appeared';
      readonly disk: string;
      readonly title: string;
      readonly kind: 'pi' | 'removable';
      readonly bytes: number;
    }
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
      readonly happened: 'job-failed';
      readonly job: string;
      readonly title: string;
      readonly code: string;
      readonly problem: string;
      readonly next: string;
    };
