/** What a report tells somebody who wants to help: plain data without anything personal. */

import type { RedactedFacts } from './redact.ts';
import type { SpeedCurve } from './speed-samples.ts';

export interface Diagnosis {
  /** ISO 8601. */
  readonly at: string;
  readonly version: string;
  readonly program: 'app' | 'cli' | 'panel';
  readonly node: string;
  readonly electron: string | null;
  /** "darwin", "linux"; its release is a number. */
  readonly system: string;
  readonly release: string | null;
  readonly arch: string;
  readonly slot: boolean;
  readonly doors: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly reason: string;
  }[];
  readonly readers: readonly ReaderFacts[];
  /** Why the disks could not be listed, as a code; null as a rule. */
  readonly trouble: string | null;
  readonly settings: {
    readonly ejectWhenDone: boolean;
    readonly showOtherExternal: boolean;
    /** How many disks are marked. */
    readonly neverTouch: number;
    /** Of the volume below the library. */
    readonly fileSystem: string | null;
    readonly freeBytes: number | null;
    readonly network: boolean | null;
  };
  /** The newest last. */
  readonly jobs: readonly JobRecord[];
  readonly log: readonly LoggedLine[];
}

/** A disk that is no part of the computer itself. */
export interface ReaderFacts {
  /** What the reader or the medium calls itself; null for a file, whose name is its owner's. */
  readonly medium: string | null;
  readonly protocol: string;
  readonly bytes: number;
  readonly sectorBytes: number;
  readonly removable: boolean | null;
  readonly writable: boolean | null;
  /** "offered", or the reason why not. */
  readonly verdict: string;
}

export interface LoggedLine {
  readonly at: string;
  readonly pid: number;
  readonly what: string;
  readonly fields: RedactedFacts;
}

/** A task as the log tells it. What was cut off has no end. */
export interface JobRecord {
  readonly at: string;
  readonly task: string;
  readonly outcome: string | null;
  readonly end: RedactedFacts;
  /** Doors, unmounts, phases, stalls, in order. */
  readonly steps: readonly LoggedLine[];
  readonly curve: SpeedCurve;
}

const MAX_STEPS = 40;

/** The last `most` tasks that are in the log. */
export function jobsIn(log: readonly LoggedLine[], most: number): readonly JobRecord[] {
  const begins = log.filter(({ what }) => what === 'job-begin').slice(-most);
  return begins.map((begin) => {
    const job = begin.fields['job'];
    const own = log.filter(({ pid, fields }) => pid === begin.pid && fields['job'] === job);
    const end = own.find(({ what }) => what === 'job-end')?.fields ?? {};
    return {
      at: begin.at,
      task: textOf(begin.fields['task']) ?? 'unknown',
      outcome: textOf(end['outcome']),
      end,
      steps: own.filter(({ what }) => !what.startsWith('job-')).slice(0, MAX_STEPS),
      curve: curveOf(end),
    };
  });
}

function curveOf({ stepSeconds, speed }: RedactedFacts): SpeedCurve {
  const points = Array.isArray(speed) ? speed.filter((one) => typeof one === 'number') : [];
  return {
    stepSeconds: typeof stepSeconds === 'number' ? stepSeconds : 0,
    points: points.map((kilobytes) => kilobytes * 1000),
  };
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
