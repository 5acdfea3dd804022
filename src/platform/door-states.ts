/** Which ways of opening a card there are here, and why the others are not. Opens nothing and asks for nothing. */

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Disk } from '../engine/disk.ts';
import { isPiKeepError } from '../engine/errors.ts';
import type { DoorState, Platform } from './ports.ts';

export async function directState(cards: readonly Disk[]): Promise<DoorState> {
  const name = 'direct';
  if (process.getuid?.() === 0) return { name, available: true, reason: 'you are root' };
  if (cards.length === 0) {
    return { name, available: false, reason: 'there is no card to try it with' };
  }
  const closed: string[] = [];
  for (const { id, rawPath } of cards) if (!(await mayRead(rawPath))) closed.push(id);
  if (closed.length > 0) {
    const reason = `your user account may not read ${closed.join(', ')}`;
    return { name, available: false, reason };
  }
  const fixed: string[] = [];
  for (const { id, rawPath } of cards) if (!(await can(rawPath, constants.W_OK))) fixed.push(id);
  const reason =
    fixed.length === 0
      ? 'your user account may read and write the card'
      : `your user account may read the card, but not write ${fixed.join(', ')}`;
  return { name, available: true, reason };
}

export async function authopenState(system: Platform['name'], program: string): Promise<DoorState> {
  const name = 'authopen';
  if (system === 'slot') return { name, available: false, reason: NOT_FOR_SLOTS };
  if (system === 'linux') return { name, available: false, reason: 'only macOS has it' };
  return (await mayRun(program))
    ? { name, available: true, reason: 'asks for a password or Touch ID' }
    : { name, available: false, reason: `${program} is missing` };
}

/** `findHelper` throws DOOR_UNAVAILABLE where there is no program that may run as root. */
export async function helperState(
  system: Platform['name'],
  findHelper: () => Promise<string>,
): Promise<DoorState> {
  const name = 'helper';
  if (system === 'slot') return { name, available: false, reason: NOT_FOR_SLOTS };
  const asking = system === 'macos' ? '/usr/bin/sudo' : '/usr/bin/pkexec';
  try {
    const program = await findHelper();
    if (process.getuid?.() === 0) return { name, available: true, reason: program };
    return (await mayRun(asking))
      ? { name, available: true, reason: `${program}, started by ${asking}` }
      : { name, available: false, reason: `${asking} is missing` };
  } catch (error) {
    if (!isPiKeepError(error, 'DOOR_UNAVAILABLE')) throw error;
    return { name, available: false, reason: error.facts.detail };
  }
}

const NOT_FOR_SLOTS = 'a card in a folder needs no rights';

/** By its permission bits alone: asks the system nothing that it would put to the user. */
export async function mayRead(path: string): Promise<boolean> {
  return can(path, constants.R_OK);
}

async function mayRun(path: string): Promise<boolean> {
  return can(path, constants.X_OK);
}

async function can(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
