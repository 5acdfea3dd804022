/** A platform that tells which doors were tried, and how unmounting and ejecting went. */

import { asPiKeepError, errnoOf, type PiKeepError } from '../engine/errors.ts';
import type { Door, Platform, WriteDoor } from '../platform/ports.ts';
import type { Note } from './note.ts';

export type OnNote = (note: Note) => void;

export function notedPlatform(platform: Platform, onNote: OnNote): Platform {
  const { actions } = platform;
  return {
    ...platform,
    readDoors: platform.readDoors.map((door) => notedDoor(door, 'read', onNote)),
    writeDoors: platform.writeDoors.map((door) => notedDoor(door, 'write', onNote)),
    actions: {
      unmount: (disk, options) => {
        const note = { note: 'unmount', force: options.force } as const;
        return noted(
          () => actions.unmount(disk, options),
          (how) => onNote({ ...note, ...how }),
        );
      },
      eject: (disk, options) =>
        noted(
          () => actions.eject(disk, options),
          (how) => onNote({ note: 'eject', ...how }),
        ),
    },
  };
}

function notedDoor<D extends Door | WriteDoor>(door: D, way: 'read' | 'write', onNote: OnNote): D {
  const { name } = door;
  const open: Door['open'] = (request) =>
    noted(
      () => door.open(request),
      (how) => onNote({ note: 'door', door: name, way, ...how }),
    );
  return { ...door, name, open };
}

type How = Pick<Note, 'code' | 'errno' | 'detail' | 'seconds'>;

async function noted<T>(work: () => Promise<T>, tell: (how: How) => void): Promise<T> {
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  try {
    const result = await work();
    tell({ code: null, errno: null, detail: null, seconds: seconds() });
    return result;
  } catch (error) {
    const known = asPiKeepError(error);
    tell({
      code: known.code,
      errno: errnoBehind(known),
      detail: detailOf(known),
      seconds: seconds(),
    });
    throw error;
  }
}

/** How deep an error may be wrapped. */
const MAX_CAUSES = 5;

/** The system's own name for what went wrong, which the error was made of. */
export function errnoBehind(error: PiKeepError): string | null {
  const fact: unknown = Object.getOwnPropertyDescriptor(error.facts, 'errno')?.value;
  if (typeof fact === 'string') return fact.slice(0, 40);
  let cause: unknown = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    const errno = errnoOf(cause);
    if (errno !== null && /^E[A-Z0-9]+$/.test(errno)) return errno.slice(0, 40);
    cause = cause.cause;
  }
  return null;
}

/** What the tool said, if one did. */
function detailOf({ facts, cause }: PiKeepError): string | null {
  const detail: unknown = Object.getOwnPropertyDescriptor(facts, 'detail')?.value;
  if (typeof detail === 'string') return detail.slice(0, 600);
  return cause instanceof Error ? cause.message.slice(0, 600) : null;
}
