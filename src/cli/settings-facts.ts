import type { Settings } from '../platform/settings.ts';

/** What the user has set, for scripts; what PiKeep only keeps in mind beside it is not theirs. */
export function settingsFacts(settings: Settings): Readonly<Record<string, unknown>> {
  const { library, format, verify, ejectWhenDone, remindDays } = settings;
  const { showOtherExternal, neverTouch, excludeFromTimeMachine, language } = settings;
  return {
    ...{ library, format, verify, ejectWhenDone, remindDays },
    ...{ showOtherExternal, neverTouch, excludeFromTimeMachine, language },
  };
}
