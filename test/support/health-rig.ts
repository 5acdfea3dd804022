/** Copies of a good card for tests of its health, and what is found on them. */

import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCard } from '../../src/engine/card.ts';
import type { HealthCheck } from '../../src/engine/health.ts';
import { checkCard } from '../../src/engine/health-card.ts';
import { openFileDevice } from './file-device.ts';
import { temporaryFolder } from './file-systems.ts';
import { BOOT, cutOut, makeHealthyCard, ROOT } from './healthy-card.ts';
import { findTool } from './tools.ts';

export interface HealthRig {
  readonly folder: string;
  /** The good card; made by `begin`. */
  readonly good: string;
  begin(): void;
  /** A new copy of the good card. */
  copy(): string;
  /** Exit codes of fsck.vfat and e2fsck, which change nothing: 0 is clean. */
  judges(card: string): { fat: number | null; ext: number | null };
  remove(): void;
}

export function healthRig(): HealthRig {
  const { path: folder, remove } = temporaryFolder();
  const good = join(folder, 'good.img');
  let count = 0;
  return {
    folder,
    good,
    begin: () => void makeHealthyCard(good),
    copy() {
      const path = join(folder, `card ${count++}.img`);
      copyFileSync(good, path);
      return path;
    },
    judges(card) {
      const fat = cutOut(card, BOOT, join(folder, 'fat'));
      const ext = cutOut(card, ROOT, join(folder, 'ext'));
      return { fat: status('fsck.vfat', '-n', fat), ext: status('e2fsck', '-fn', ext) };
    },
    remove,
  };
}

/** Runs a judge; its exit code. */
export function status(name: string, ...args: readonly string[]): number | null {
  return spawnSync(findTool(name) ?? name, args).status;
}

export async function checksOf(path: string): Promise<readonly HealthCheck[]> {
  const device = openFileDevice(path);
  try {
    return (await checkCard(device, await readCard(device), { allFiles: true })).checks;
  } finally {
    await device.close();
  }
}

/** What is not as it should be: state, name, partition, and the words. */
export async function faultsOf(path: string): Promise<string[]> {
  return (await checksOf(path))
    .filter(({ state }) => state !== 'ok')
    .map(({ name, partition, state, detail }) => `${state} ${name} ${partition}: ${detail}`);
}
