/**
 * Every way PiKeep can fail, as a closed list. An error is a code plus the facts a sentence needs; the sentences
 * themselves are made in one place (`explain.ts`), and the exit code in one other (`cli/exit-code.ts`).
 */

/** The facts each code carries. A code without facts has an empty object. Sizes and offsets are in bytes. */
export interface ErrorFacts {
  /** The command line or a request does not make sense. */
  USAGE: { detail: string };
  /** No disk (or card in the slot) of that name exists. */
  NO_SUCH_DISK: { disk: string };
  /** The disk exists, but the selection rule does not call it a card. `reason` is a refusal of `selection.ts`. */
  NOT_A_CARD: { disk: string; reason: string };
  /** The disk carries the running system, a mounted system volume, an APFS container or the like. */
  PROTECTED_DISK: { disk: string; reason: string };
  /** Something else now answers to the name the user chose. */
  IDENTITY_CHANGED: { disk: string; expected: string; found: string };
  /** Another job already works on this disk. */
  JOB_EXISTS: { disk: string };

  DESTINATION_MISSING: { path: string };
  DESTINATION_NOT_WRITABLE: { path: string; errno: string };
  DESTINATION_TOO_SMALL: { path: string; neededBytes: number; freeBytes: number };
  /** The volume's file system cannot hold one file of this size (FAT32: 4 GiB - 1). */
  DESTINATION_FILE_LIMIT: {
    path: string;
    fileSystem: string;
    limitBytes: number;
    neededBytes: number;
  };
  /** The destination folder lies on the card that is to be backed up. */
  DESTINATION_ON_CARD: { path: string; disk: string };
  /** The exact file the user named exists already; nothing is ever overwritten. */
  DESTINATION_EXISTS: { path: string };
  /** ENOSPC or EDQUOT while the image was being written. */
  DESTINATION_FULL: { path: string };
  /** The destination stopped working in the middle (unplugged, network gone, I/O error). */
  DESTINATION_FAILED: { path: string; errno: string };

  /** A volume of the card stays mounted. `holder` is the process in the way, where the system names it. */
  UNMOUNT_REFUSED: { disk: string; holder: { pid: number; name: string } | null };
  EJECT_REFUSED: { disk: string; holder: { pid: number; name: string } | null };
  /** EPERM: the system's privacy control refuses (macOS), whatever the password. */
  PRIVACY_REFUSED: { path: string };
  /** EACCES: this user may not open the device, and no other door is left. */
  ACCESS_DENIED: { path: string };
  /** EBUSY: something holds the device; `holder` where the system lets us see who. */
  DEVICE_BUSY: { path: string; holder?: { pid: number; name: string } | null };
  /** ENXIO, ENODEV, ENOMEDIUM: the card is no longer there. */
  DEVICE_GONE: { path: string };
  /** The user closed the password dialog. */
  DIALOG_CANCELLED: { door: string };
  /** The system answered "this user may not do that" (not in sudoers, polkit says no). */
  NOT_AUTHORIZED: { door: string; detail: string };
  /** This way of opening cannot be used here; only this code lets the next door be tried. */
  DOOR_UNAVAILABLE: { door: string; detail: string };
  /** No way of opening was available. `tried` lists each with its reason. */
  NO_DOOR: { path: string; tried: string };
  /** The elevated helper ended, refused or answered nonsense. */
  HELPER_FAILED: { detail: string };
  /** No folder is short enough to hold a Unix socket (103 bytes on macOS). */
  SOCKET_PATH_TOO_LONG: { path: string; bytes: number };

  /**
   * Nothing went on for so long that it was ended. "reader": a card did not answer; "file": neither did what holds a file;
   * "worker": the program itself. `name` is the reader's name, a path, or what was worked on.
   */
  STALLED: { who: 'reader' | 'file' | 'worker'; name: string; seconds: number };
  /** The card did not answer any more right after the computer had slept. `was` is the code that said so. */
  LOST_IN_SLEEP: { name: string; was: string };
  /** The device could not be read there, for a reason other than being gone. */
  READ_FAILED: { path: string; offset: number; bytes: number; errno: string };
  /** The device could not be written there, for a reason other than being gone. */
  WRITE_FAILED: { path: string; offset: number; bytes: number; errno: string };
  /** The card's lock switch is on, or its reader says so. */
  WRITE_PROTECTED: { path: string };
  /** The device is not as big as the system said. */
  SIZE_CHANGED: { path: string; expectedBytes: number; foundBytes: number };

  /** The image re-read from the disk is not what was read from the card. */
  VERIFY_DIFFERS: { path: string; offset: number; bytes: number; ranges: number };
  /** A second reading of the card gave something else than the first: a worn card, a bad reader, or somebody wrote to it. */
  CARD_UNRELIABLE: { path: string; offset: number; bytes: number; ranges: number };
  /** The card is not what the image was made of any more. `places` names some of what differs, in words. */
  CARD_DIFFERS: { disk: string; image: string; bytes: number; ranges: number; places: string };
  /** The image was made of another card. `expected` and `found` say what tells them apart. */
  OTHER_CARD: { disk: string; image: string; expected: string; found: string };
  /** The card is not in the state any more in which its unfinished backup was begun. `what` completes "… is not as it was". */
  CARD_CHANGED: { disk: string; what: string };
  /** There is no unfinished backup there that can be continued. `detail` says why, as a sentence. */
  NOTHING_TO_CONTINUE: { path: string; detail: string };
  /** After a restore the card does not hold what was written to it. */
  CARD_NOT_AS_WRITTEN: { disk: string; offset: number; bytes: number; ranges: number };
  /** The card drops or wraps around what is written past its real size. `realBytes` is null where it could not be told. */
  FAKE_CAPACITY: { disk: string; claimedBytes: number; realBytes: number | null };
  /**
   * The image does not fit: by how much, what is in the way, and which command makes it fit on a Linux computer with the card
   * in a USB reader, as /dev/sda (null: none does).
   */
  TARGET_TOO_SMALL: {
    disk: string;
    image: string;
    missingBytes: number;
    what: string;
    command: string | null;
  };
  /** Overwriting a card was not confirmed. `detail` says what was missing. */
  NOT_CONFIRMED: { disk: string; detail: string };
  /** The card carries the marker of a restore that did not finish. `image` is the one that was being written. */
  UNFINISHED_RESTORE: { disk: string; image: string };
  /** The old content of the card cannot be brought back any more. */
  UNDO_IMPOSSIBLE: { disk: string; detail: string };
  NO_SUCH_IMAGE: { path: string };
  /** The file is something else than a card's image. `what` says what: "a web page", "a 7-Zip archive". */
  NOT_AN_IMAGE: { path: string; what: string };
  /** A packed image is cut off, or a part of it cannot be unpacked. */
  IMAGE_DAMAGED: { path: string; detail: string };
  /** An image of another program has to be unpacked before files can be read from it, and that was not agreed to. */
  NEEDS_UNPACKING: { path: string; packedBytes: number };
  /** There is no file, folder or link of that path in the partition that was asked for. */
  NO_SUCH_FILE: { path: string; what: 'file' | 'folder' | 'link' };
  /** The card's own file system makes no sense where this file or folder is. `detail` completes "…, because …". */
  FILE_DAMAGED: { path: string; detail: string };
  /** The file exists, but nothing says what it should contain. */
  MANIFEST_MISSING: { path: string };
  MANIFEST_INVALID: { path: string; detail: string };

  /** An image is not the one that was looked at when it was decided what goes. */
  LIBRARY_CHANGED: { path: string };
  /** The system has no Trash for that file, or refuses to put it there. `detail` says why. */
  TRASH_UNAVAILABLE: { path: string; detail: string };

  /** A message that is not of the agreed form, or too large. */
  BAD_MESSAGE: { from: string; detail: string };
  /** A message from somebody without the right token, origin or frame. */
  STRANGER: { from: string };
  /** SIGINT, SIGTERM, or the user's Cancel. */
  INTERRUPTED: {
    /** What a backup has proven stays on the disk, to be continued. */
    kept?: true;
  };
  /** The process that did the work is gone. */
  WORKER_DIED: { detail: string };
  TOOL_MISSING: { tool: string };
  TOOL_FAILED: { tool: string; detail: string };
  SETTINGS_INVALID: { path: string; detail: string };
  UNSUPPORTED: { what: string };
  /** A bug of ours. */
  INTERNAL: { detail: string };
}

export type ErrorCode = keyof ErrorFacts;

/** Complete, or it does not compile. */
const everyCode: Record<ErrorCode, true> = {
  USAGE: true,
  NO_SUCH_DISK: true,
  NOT_A_CARD: true,
  PROTECTED_DISK: true,
  IDENTITY_CHANGED: true,
  JOB_EXISTS: true,
  DESTINATION_MISSING: true,
  DESTINATION_NOT_WRITABLE: true,
  DESTINATION_TOO_SMALL: true,
  DESTINATION_FILE_LIMIT: true,
  DESTINATION_ON_CARD: true,
  DESTINATION_EXISTS: true,
  DESTINATION_FULL: true,
  DESTINATION_FAILED: true,
  UNMOUNT_REFUSED: true,
  EJECT_REFUSED: true,
  PRIVACY_REFUSED: true,
  ACCESS_DENIED: true,
  DEVICE_BUSY: true,
  DEVICE_GONE: true,
  STALLED: true,
  LOST_IN_SLEEP: true,
  DIALOG_CANCELLED: true,
  NOT_AUTHORIZED: true,
  DOOR_UNAVAILABLE: true,
  NO_DOOR: true,
  HELPER_FAILED: true,
  SOCKET_PATH_TOO_LONG: true,
  READ_FAILED: true,
  WRITE_FAILED: true,
  WRITE_PROTECTED: true,
  SIZE_CHANGED: true,
  VERIFY_DIFFERS: true,
  CARD_UNRELIABLE: true,
  CARD_DIFFERS: true,
  OTHER_CARD: true,
  CARD_CHANGED: true,
  NOTHING_TO_CONTINUE: true,
  CARD_NOT_AS_WRITTEN: true,
  FAKE_CAPACITY: true,
  TARGET_TOO_SMALL: true,
  NOT_CONFIRMED: true,
  UNFINISHED_RESTORE: true,
  UNDO_IMPOSSIBLE: true,
  NO_SUCH_IMAGE: true,
  NOT_AN_IMAGE: true,
  IMAGE_DAMAGED: true,
  NEEDS_UNPACKING: true,
  NO_SUCH_FILE: true,
  FILE_DAMAGED: true,
  MANIFEST_MISSING: true,
  MANIFEST_INVALID: true,
  LIBRARY_CHANGED: true,
  TRASH_UNAVAILABLE: true,
  BAD_MESSAGE: true,
  STRANGER: true,
  INTERRUPTED: true,
  WORKER_DIED: true,
  TOOL_MISSING: true,
  TOOL_FAILED: true,
  SETTINGS_INVALID: true,
  UNSUPPORTED: true,
  INTERNAL: true,
};

/** Every code, for parsing one that crossed a process boundary. */
export const errorCodes = Object.keys(everyCode) as readonly ErrorCode[];

/** The one error type that crosses a layer. `code` decides everything; never match on `message`. */
export class PiKeepError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'PiKeepError';
  readonly code: C;
  readonly facts: ErrorFacts[C];

  constructor(code: C, facts: ErrorFacts[C], options?: { cause?: unknown }) {
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.code = code;
    this.facts = facts;
  }
}

/** True when `error` is a PiKeepError with one of these codes (any code, if none is named). */
export function isPiKeepError<C extends ErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is PiKeepError<C> {
  return (
    error instanceof PiKeepError &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}

/** Wraps anything unknown as INTERNAL; a PiKeepError passes through unchanged. */
export function asPiKeepError(error: unknown): PiKeepError {
  if (error instanceof PiKeepError) return error;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new PiKeepError('INTERNAL', { detail }, { cause: error });
}

/** The `code` of a Node system error ("EACCES"), or null for anything else. */
export function errnoOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Throws INTERRUPTED if the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PiKeepError('INTERRUPTED', {}, { cause: signal.reason });
}
