/** Gives a task image files that wait where their disk is full. */

import { setTimeout as delay } from 'node:timers/promises';
import { patientFiles } from './patient-files.ts';
import type { Progress } from './progress.ts';
import type { TaskContext } from './task-context.ts';

export function patientContext(context: TaskContext): TaskContext {
  let toCome = 0;
  return {
    ...context,
    async createPlatform(place) {
      const platform = await context.createPlatform(place);
      const { held, warn, signal, monotonic, pause = systemPause } = context;
      const { volumes } = platform;
      const patience = { held, warn, signal, monotonic, pause, volumes, toCome: () => toCome };
      return { ...platform, imageFiles: patientFiles(platform.imageFiles, patience) };
    },
    progress(progress) {
      toCome = leftAfter(progress, toCome);
      context.progress(progress);
    },
  };
}

/** What is copied is written, or was zeros; only a copy writes into images. */
function leftAfter({ phase, bytes, total }: Progress, before: number): number {
  if (phase === 'copying') return Math.max(0, total - bytes);
  return phase === 'rescuing' ? before : 0;
}

/** Ends early when it is interrupted; whoever waited looks at the signal before it goes on. */
export async function systemPause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
