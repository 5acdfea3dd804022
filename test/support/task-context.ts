/** What a task in this process is given, and what it says. */

import { createPlatform } from '../../src/platform/index.ts';
import type { Platform } from '../../src/platform/ports.ts';
import type { Held, Plan, Progress } from '../../src/worker/progress.ts';
import type { TaskContext } from '../../src/worker/task-context.ts';

export interface HeardContext extends TaskContext {
  readonly steps: readonly Progress[];
  readonly warnings: readonly { readonly code: string; readonly text: string }[];
}

export interface ContextOptions {
  readonly signal?: AbortSignal;
  readonly keepsPartial?: () => boolean;
  readonly monotonic?: () => number;
  readonly onPlan?: (plan: Plan) => void;
  readonly onHeld?: (held: Held | null) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** The platform as the task shall see it. */
  readonly adapt?: (platform: Platform) => Platform;
  readonly pause?: TaskContext['pause'];
}

export function taskContext(options: ContextOptions = {}): HeardContext {
  const steps: Progress[] = [];
  const warnings: { code: string; text: string }[] = [];
  const adapt = options.adapt ?? ((platform: Platform) => platform);
  return {
    createPlatform: async (place) => adapt(await createPlatform(place)),
    authorizer: { authorize: () => Promise.reject(new Error('nobody is there to be asked')) },
    signal: options.signal ?? new AbortController().signal,
    keepsPartial: options.keepsPartial ?? (() => false),
    now: () => Date.now(),
    monotonic: options.monotonic ?? (() => performance.now()),
    ...(options.pause ? { pause: options.pause } : {}),
    progress(progress) {
      steps.push(progress);
      options.onProgress?.(progress);
    },
    plan: options.onPlan ?? (() => undefined),
    held: options.onHeld ?? (() => undefined),
    warn: (code, text) => void warnings.push({ code, text }),
    steps,
    warnings,
  };
}
