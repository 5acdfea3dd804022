/** The demo's part of the user: waits for the offer, clicks once, watches the progress. */

import type { JobView, Snapshot } from '../contract/panel.ts';
import type { Desk } from '../desk/desk.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import type { Printer } from './printer.ts';

export interface DemoOptions {
  readonly desk: Desk;
  readonly printer: Printer;
  readonly signal: AbortSignal;
  /** Puts the sample card into the slot. */
  readonly insert: () => Promise<void>;
}

export interface DemoOutcome {
  readonly title: string;
  readonly image: string;
  /** The folder, as the panel shows it. */
  readonly place: string;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly seconds: number;
  readonly verified: 'read-back' | 'read-back-cached' | null;
}

/** Milliseconds until the offer has to be there; the design promises one second. */
const OFFER_MS = 15_000;

/** Throws INTERRUPTED, or INTERNAL with what the desk says when the backup fails. */
export async function playDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { desk, printer, signal, insert } = options;
  await desk.rescan();
  await insert();
  const offered = await waitFor(
    desk,
    AbortSignal.any([signal, AbortSignal.timeout(OFFER_MS)]),
    offerIn,
  );
  printer.happened('card', {
    facts: { change: 'appeared', id: offered.disk, title: offered.title, bytes: offered.bytes },
    lines: [
      `A card is in: ${offered.title}, ${formatBytes(offered.bytes)}. Clicking “Back up this Pi card”.`,
    ],
  });
  const reply = await desk.command({ command: 'backup', disk: offered.disk, card: offered.card });
  if (!reply.ok) throw failure(reply.problem);
  let isPlanTold = false;
  return waitFor(desk, signal, (snapshot) => {
    const job = snapshot.jobs.find(({ disk }) => disk === offered.disk);
    if (job?.plan && !isPlanTold) {
      isPlanTold = true;
      printer.plan(job.plan);
    }
    return job ? outcomeOf(job, printer) : null;
  });
}

function offerIn({ disks }: Snapshot): Snapshot['disks'][number] | null {
  return disks.find(({ kind }) => kind === 'pi') ?? null;
}

function outcomeOf({ title, state, plan }: JobView, printer: Printer): DemoOutcome | null {
  switch (state.is) {
    case 'working':
      // Once the plan is told, the opening is over; filing comes after the bars that are drawn at the end.
      if (state.phase !== 'filing' && (state.phase !== 'opening' || plan === null)) {
        printer.progress(state);
      }
      return null;
    case 'done': {
      const { image, place, bytes, storedBytes, seconds, verified } = state;
      finishBars(plan?.readBytes ?? bytes, verified !== null, printer);
      return { title, image, place, bytes, storedBytes, seconds, verified };
    }
    case 'failed':
      throw failure(state.problem);
    default:
      throw new PiKeepError('INTERRUPTED', {});
  }
}

/** So small a card can be done before anyone was told how far it had come. */
function finishBars(read: number, isProven: boolean, printer: Printer): void {
  const full = { bytes: read, total: read, bytesPerSecond: null, secondsLeft: null };
  printer.progress({ phase: 'copying', ...full });
  if (isProven) printer.progress({ phase: 'proving', ...full });
}

function failure({ title, message }: { title: string; message: string }): PiKeepError {
  return new PiKeepError('INTERNAL', { detail: `the demo failed. ${title}: ${message}` });
}

/** The first non-null answer about the present snapshot or a later one. Rejects as soon as the signal fires. */
function waitFor<T>(
  desk: Desk,
  signal: AbortSignal,
  ask: (snapshot: Snapshot) => T | null,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(asPiKeepError(signal.reason));
    };
    const look = (snapshot: Snapshot): void => {
      try {
        const answer = ask(snapshot);
        if (answer === null) return;
        end();
        resolve(answer);
      } catch (error) {
        end();
        reject(asPiKeepError(error));
      }
    };
    const unsubscribe = desk.onSnapshot(look);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else look(desk.snapshot);
  });
}
