/** For each card: which door would be used, or what is missing and how to get it. */

import { PiKeepError } from '../engine/errors.ts';
import { type Coach, type CoachPlace, coachFor } from '../engine/words/coach.ts';
import type { AccessLook, DoorName, DoorState, Platform } from '../platform/ports.ts';
import { responsibleApp } from '../platform/responsible-app.ts';
import type { SeenDisk } from './cards.ts';
import type { Facts } from './printer.ts';

export interface CardWay {
  readonly id: string;
  readonly title: string;
  /** Null where there is none. */
  readonly door: DoorName | null;
  /** Null where nothing is missing, or nobody knows what. */
  readonly coach: Coach | null;
}

/**
 * `isTried`: each card is opened for a moment, which may bring up macOS's privacy question, or get in the way of a backup that
 * begins just then. Otherwise nothing is opened, and only the permission bits are asked.
 */
export async function waysOf(
  platform: Platform,
  cards: readonly SeenDisk[],
  doors: readonly DoorState[],
  isTried: boolean,
): Promise<readonly CardWay[]> {
  const { name: system, access } = platform;
  const place: CoachPlace = { system, app: responsibleApp(process.env, null), isApp: false };
  const ways: CardWay[] = [];
  for (const { disk, glance } of cards) {
    const look = isTried ? await access.look(disk) : await access.glance(disk);
    const isMounted = disk.partitions.some(({ mountPoints }) => mountPoints.length > 0);
    const { door, error } = wayThrough(
      isMounted && look === 'busy' ? 'open' : look,
      disk.rawPath,
      doors,
    );
    const coach = error && coachFor(error, place);
    ways.push({ id: disk.id, title: glance.title, door, coach });
  }
  return ways;
}

/** As the doors will decide it, whose errors these are. A card that is only mounted gets unmounted first. */
function wayThrough(
  look: AccessLook,
  path: string,
  doors: readonly DoorState[],
): { door: DoorName | null; error: PiKeepError | null } {
  switch (look) {
    case 'open':
      return { door: 'direct', error: null };
    case 'private':
      return { door: null, error: new PiKeepError('PRIVACY_REFUSED', { path }) };
    case 'busy':
      return { door: null, error: new PiKeepError('DEVICE_BUSY', { path }) };
    case 'closed': {
      const door = doors.find(({ name, available }) => available && name !== 'direct');
      if (door) return { door: door.name, error: null };
      const tried = doors.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
      return { door: null, error: new PiKeepError('NO_DOOR', { path, tried }) };
    }
    default:
      return { door: null, error: null };
  }
}

export function wayFacts({ id, title, door, coach }: CardWay): Facts {
  const { kind = null, what = null, steps = [], notes = [] } = coach ?? {};
  return { id, title, door, kind, what, steps, notes };
}

/** What is missing, as a page each; nothing where every card can be opened. */
export function coachLines(ways: readonly CardWay[]): string[] {
  return ways.flatMap(({ id, coach }) => {
    if (!coach) return [];
    const steps = coach.steps.map((step, at) => `  ${at + 1}. ${step}`);
    const managed = coach.managed;
    return [
      '',
      `${id}: ${coach.title}. ${coach.what}`,
      ...steps,
      ...coach.notes.map((note) => `  ${note}`),
      ...(managed
        ? [`  ${managed.title}? ${managed.what}`, ...managed.steps.map((step) => `  - ${step}`)]
        : []),
    ];
  });
}

export function wayWords({ title, door, coach }: CardWay): string {
  if (door !== null) return `${title}: opens by “${door}”`;
  return coach ? `${title}: cannot be opened, see below` : `${title}: nobody can tell now`;
}
