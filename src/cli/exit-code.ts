/** The one table from error code to exit code. Scripts rely on it: see docs/scripting.md. */

import type { ErrorCode } from '../engine/errors.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  refused: 4,
  permission: 5,
  differs: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const { failed, usage, refused, permission, differs, interrupted } = exitCodes;

const table: { readonly [C in ErrorCode]: ExitCode } = {
  USAGE: usage,
  NO_SUCH_DISK: failed,
  NOT_A_CARD: refused,
  PROTECTED_DISK: refused,
  IDENTITY_CHANGED: refused,
  JOB_EXISTS: refused,
  DESTINATION_MISSING: failed,
  DESTINATION_NOT_WRITABLE: permission,
  DESTINATION_TOO_SMALL: failed,
  DESTINATION_FILE_LIMIT: failed,
  DESTINATION_ON_CARD: refused,
  DESTINATION_EXISTS: failed,
  DESTINATION_FULL: failed,
  DESTINATION_FAILED: failed,
  UNMOUNT_REFUSED: failed,
  EJECT_REFUSED: failed,
  PRIVACY_REFUSED: permission,
  ACCESS_DENIED: permission,
  DEVICE_BUSY: failed,
  DEVICE_GONE: failed,
  STALLED: failed,
  LOST_IN_SLEEP: failed,
  DIALOG_CANCELLED: permission,
  NOT_AUTHORIZED: permission,
  DOOR_UNAVAILABLE: permission,
  NO_DOOR: permission,
  HELPER_FAILED: failed,
  SOCKET_PATH_TOO_LONG: failed,
  READ_FAILED: failed,
  WRITE_FAILED: failed,
  WRITE_PROTECTED: refused,
  SIZE_CHANGED: failed,
  VERIFY_DIFFERS: differs,
  CARD_UNRELIABLE: differs,
  CARD_DIFFERS: differs,
  OTHER_CARD: refused,
  CARD_CHANGED: refused,
  NOTHING_TO_CONTINUE: failed,
  CARD_NOT_AS_WRITTEN: differs,
  FAKE_CAPACITY: differs,
  TARGET_TOO_SMALL: refused,
  NOT_CONFIRMED: refused,
  UNFINISHED_RESTORE: refused,
  UNDO_IMPOSSIBLE: refused,
  NO_SUCH_IMAGE: failed,
  NOT_AN_IMAGE: refused,
  IMAGE_DAMAGED: differs,
  NEEDS_UNPACKING: refused,
  NO_SUCH_FILE: failed,
  FILE_DAMAGED: differs,
  MANIFEST_MISSING: failed,
  MANIFEST_INVALID: failed,
  LIBRARY_CHANGED: refused,
  TRASH_UNAVAILABLE: failed,
  BAD_MESSAGE: failed,
  STRANGER: failed,
  INTERRUPTED: interrupted,
  WORKER_DIED: failed,
  TOOL_MISSING: failed,
  TOOL_FAILED: failed,
  SETTINGS_INVALID: failed,
  UNSUPPORTED: failed,
  INTERNAL: failed,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return table[code];
}
