/**
 * Where the power comes from (Linux, Documentation/ABI/testing/sysfs-class-power): as systemd's ConditionACPower= decides, any
 * supply that is online outweighs a battery that is being emptied. Batteries of mice and pens (scope "Device") do not count.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../engine/errors.ts';
import type { PowerSource } from '../ports.ts';

const FOLDER = '/sys/class/power_supply';
/** More than a computer has. */
const MAX_SUPPLIES = 64;

/** A computer without a battery runs on mains, whatever it says about its supplies. Never throws. */
export async function linuxPowerSource(folder: string = FOLDER): Promise<PowerSource> {
  const names = await supplies(folder);
  if (names === null) return 'unknown';
  let isEmptied = false;
  for (const name of names.slice(0, MAX_SUPPLIES)) {
    const fact = (file: string): Promise<string | null> => attribute(join(folder, name, file));
    const type = await fact('type');
    if (type === 'Battery') {
      const isOwn = (await fact('scope')) !== 'Device';
      if (isOwn && (await fact('status')) === 'Discharging') isEmptied = true;
    } else if ((await fact('online')) === '1') {
      return 'mains';
    }
  }
  return isEmptied ? 'battery' : 'mains';
}

/** Null where the system does not say. */
async function supplies(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) !== null) return null;
    throw error;
  }
}

/** Null where it has none, or its driver does not answer. */
async function attribute(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (errnoOf(error) !== null) return null;
    throw error;
  }
}
