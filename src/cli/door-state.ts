/** Which ways of opening a card there are here, and why the others are not. Opens nothing and asks for nothing. */

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isPiKeepError } from '../engine/errors.ts';
import { helperProgram } from '../helper/program.ts';
import type { DoorName, Platform } from '../platform/ports.ts';
import type { SeenDisk } from './cards.ts';

export interface DoorState {
  readonly name: DoorName;
  readonly available: boolean;
  readonly reason: string;
}

/** Direct, authopen, helper: the order in which they are tried. */
export async function doorStates(
  { name }: Platform,
  seen: readonly SeenDisk[],
): Promise<DoorState[]> {
  return [await directState(seen), await authopenState(name), await helperState(name)];
}

async function directState(seen: readonly SeenDisk[]): Promise<DoorState> {
  const name = 'direct';
  if (process.getuid?.() === 0) return { name, available: true, reason: 'you are root' };
  const cards = seen.filter(({ verdict }) => verdict.offer).map(({ disk }) => disk);
  if (cards.length === 0) {
    return {
      name,
      available: false,
      reason: 'there is no card to try it with',
    };
  }
  const closed: string[] = [];
  for (const { id, rawPath } of cards) if (!(await mayRead(rawPath))) closed.push(id);
  if (closed.length > 0) {
    return {
      name,
      available: false,
      reason: `your user account may not read ${closed.join(', ')}`,
    };
  }
  const fixed: string[] = [];
  for (const { id, rawPath } of cards) if (!(await can(rawPath, constants.W_OK))) fixed.push(id);
  const reason =
    fixed.length === 0
      ? 'your user account may read and write the card'
      : `your user account may read the card, but not write ${fixed.join(', ')}`;
  return { name, available: true, reason };
}

async function authopenState(system: Platform['name']): Promise<DoorState> {
  const name = 'authopen';
  const program = '/usr/libexec/authopen';
  if (system === 'slot') return { name, available: false, reason: NOT_FOR_SLOTS };
  if (system === 'linux') return { name, available: false, reason: 'only macOS has it' };
  return (await mayRun(program))
    ? { name, available: true, reason: 'asks for a password or Touch ID' }
    : { name, available: false, reason: `${program} is missing` };
}

async function helperState(system: Platform['name']): Promise<DoorState> {
  const name = 'helper';
  if (system === 'slot') return { name, available: false, reason: NOT_FOR_SLOTS };
  const asking = system === 'macos' ? '/usr/bin/sudo' : '/usr/bin/pkexec';
  try {
    const program = helperProgram();
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

async function mayRead(path: string): Promise<boolean> {
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
