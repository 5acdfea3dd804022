/** The app's core: watches, offers, runs jobs, publishes one snapshot. Owned by whoever composes the app. */

import type { Command, Reply, Snapshot } from '../contract/panel.ts';

/** Things that happen once and that the user is told about, beside the snapshot. */
export type DeskEvent =
  | { readonly happened: 'card-appeared'; readonly disk: string; readonly title: string; readonly kind: 'pi' | 'removable'; readonly bytes: number }
  | { readonly happened: 'job-done'; readonly job: string; readonly title: string; readonly image: string; readonly place: string; readonly bytes: number; readonly storedBytes: number; readonly seconds: number; readonly ejected: boolean }
  | { readonly happened: 'job-failed'; readonly job: string; readonly title: string; readonly code: string; readonly problem: string; readonly next: string };

export interface Desk {
  readonly snapshot: Snapshot;
  /** Called after every change; returns its own unsubscribe. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  onEvent(listener: (event: DeskEvent) => void): () => void;
  /** Parses and carries out one command from a panel. Never throws; a refusal is a reply. */
  handle(message: unknown): Promise<Reply>;
  /** Carries out a command of our own (tray menu, notification click). */
  command(command: Command): Promise<Reply>;
  /** Looks at the disks now (after wake-up, for instance). */
  rescan(): Promise<void>;
  /** Cancels jobs, stops watching; resolves when nothing runs any more. */
  close(): Promise<void>;
}
