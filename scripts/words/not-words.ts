/** Which texts of the sources are for people: the rule, and the few exceptions from it. */

/** Folders and files whose texts are shown in the panel, the tray, a dialog or a notification. */
export const spokenFolders: readonly string[] = [
  'src/app/',
  'src/desk/',
  'src/engine/changed-since.ts',
  'src/engine/damage-words.ts',
  'src/engine/fit-words.ts',
  'src/engine/fit.ts',
  'src/engine/format.ts',
  'src/engine/growth-words.ts',
  'src/engine/health',
  'src/engine/image/image-kind.ts',
  'src/engine/tree-walk.ts',
  'src/engine/words/',
  'src/library/extract-file.ts',
  'src/library/extraction-report.ts',
  'src/library/extraction.ts',
  'src/library/forget-plan.ts',
  'src/library/last-backup.ts',
  'src/library/leftovers.ts',
  'src/library/library-files.ts',
  'src/library/library.ts',
  'src/library/manifest-cache.ts',
  'src/library/manifest-file.ts',
  'src/library/oddities.ts',
  'src/library/pair-files.ts',
  'src/library/pi-groups.ts',
  'src/library/pi-store.ts',
  'src/library/recognise.ts',
  'src/library/restore-records.ts',
  'src/library/take-over.ts',
  'src/library/unpacked-cache.ts',
  'src/panel/',
  'src/worker/backup-task.ts',
  'src/worker/check-content.ts',
  'src/worker/check-hashes.ts',
  'src/worker/check-image-file.ts',
  'src/worker/check-task.ts',
  'src/worker/content-words.ts',
  'src/worker/continue-backup.ts',
  'src/worker/dying-card.ts',
  'src/worker/extract-task.ts',
  'src/worker/image-facts.ts',
  'src/worker/list-files-task.ts',
  'src/worker/open-card.ts',
  'src/worker/open-files.ts',
  'src/worker/open-for-check.ts',
  'src/worker/open-target.ts',
  'src/worker/patient-files.ts',
  'src/worker/preview-task.ts',
  'src/worker/restore-task.ts',
  'src/worker/survey-task.ts',
  'src/worker/undo-task.ts',
];

export const notForPeople = {
  /** Attributes of an element that nobody reads or hears. */
  attributes:
    /^(class|d|viewBox|data-.*|style|role|type|id|for|transform|points|href|src|rel|key|name|pattern|autocomplete|inputmode)$/,
  /** Errors whose facts are for whoever mends PiKeep; what they mean for people is said around them. */
  codes: ['INTERNAL', 'BAD_MESSAGE', 'STRANGER', 'WORKER_DIED'],
  /** A content security policy, a media type, a rule of CSS. */
  patterns: /^(?::root|[a-z]+-[a-z]+ '(?:none|self)'|[a-z]+\/[a-z]+; charset=)/,
  /** Commands for a terminal, and what computers are called. */
  commands: /^(?:(?:sudo|echo) |Raspberry Pi \d$)/,
};

/** Texts that look like words and are none: names, units, patterns of the system. */
const exceptions: readonly string[] = [
  // What the checks of a card are called in files and messages; for people, `check-names.ts` and the panel have words.
  'block map',
  'boot files',
  'boot settings',
  'command line',
  'file system',
  'partition table',
  'unreadable ranges',
  // What the engine calls places of a card; `damage-words.ts` has them as messages, too.
  'files or free space',
  'free space',
  // Names.
  'PiKeep',
  'SHA-256',
  'pikeep ls --search',
  // `KeyboardEvent.key`.
  'Backspace',
  'Enter',
  'Escape',
  'Linux swap',
  'Linux LVM',
  // Codes.
  'no folder',
  'not wanted',
  'second reading',
  // The name of a file.
  '… (incomplete, unverified)',
  // For whoever mends PiKeep.
  'PiKeep worker',
  'exit code …',
  'a frame that is gone',
  'not plain data',
  // A media query.
  '(min-width: 860px)',
];

/** Two words, or one that begins like a sentence where the page is made. */
export function isProse(text: string, file: string): boolean {
  if (exceptions.includes(text.trim())) return false;
  if (notForPeople.patterns.test(text) || notForPeople.commands.test(text)) return false;
  // A value (…) may stand between the two.
  if (/\p{L}{2,}[,;:.…!?]? +(\S*…\S* +){0,4}\S*\p{L}{2,}/u.test(text)) return true;
  return file.endsWith('.tsx') && /^\p{Lu}\p{Ll}+$/u.test(text.trim());
}

/** One of the exceptions. */
export function isName(text: string): boolean {
  return exceptions.includes(text.trim());
}
